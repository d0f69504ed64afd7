/** How long and how much is kept, as flags and the config file say it. */
import type { ByteCount, Millis } from '../../core/index.ts';
import { parseByteSize } from './byte-size.ts';
import { parseDuration } from './duration.ts';

/** Instead of a duration. */
export const FOREVER = 'forever';
/** Instead of a size. */
export const UNLIMITED = 'unlimited';

export type Keep = Millis | typeof FOREVER;
export type Size = ByteCount | typeof UNLIMITED;

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseKeep(text: string): Keep {
  return text === FOREVER ? FOREVER : parseDuration(text);
}

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseSize(text: string): Size {
  return text === UNLIMITED ? UNLIMITED : parseByteSize(text);
}
