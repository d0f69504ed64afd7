/** `512KiB`, `10GiB` on the command line and in the config file. */
import type { ByteCount } from '../../core/index.ts';
import { usageError } from './usage-error.ts';

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
};

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseByteSize(text: string): ByteCount {
  const [, amount, unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([a-z]+)?$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit];
  if (amount === undefined || factor === undefined) {
    throw usageError(`"${text}" is not a size`, `write a number and one of ${Object.keys(UNITS).join(', ')}: 10GiB`);
  }
  return Math.round(Number(amount) * factor);
}
