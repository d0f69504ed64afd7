/** Whether the systems that the config file names for its stores answer: a part of `doctor`. */
import { tmpdir } from 'node:os';
import type { DoctorCheck } from '../../collector/index.ts';
import { BytecopyError, type DataLayer, type IndexLayer } from '../../core/index.ts';
import { type DataChoice, type IndexChoice, openDataLayer, openIndexLayer } from '../../store/index.ts';
import type { Config } from '../config/config.ts';

/** A check of a machine is no place to wait for one that is starting. */
const QUICKLY = { requestTimeoutMs: 5_000, retryMs: 0 };

/** Asks each for its segments, and changes nothing; never throws for what it finds. */
export async function checkServices(config: Config): Promise<readonly DoctorCheck[]> {
  const stores = [['', config] as const, ...Object.entries(config.stores ?? {})];
  const checks = stores.flatMap(([name, { data, index }]) => {
    const prefix = name === '' ? '' : `${name}: `;
    // What is embedded is a folder, and read by every command.
    const place = { folder: tmpdir(), area: '' };
    return [
      ...(data === undefined || data.kind === 'level'
        ? []
        : [check(`${prefix}${data.kind}`, () => openDataLayer({ ...data, ...QUICKLY } as DataChoice, place))]),
      ...(index === undefined || index.kind === 'level'
        ? []
        : [check(`${prefix}${index.kind}`, () => openIndexLayer({ ...index, ...QUICKLY } as IndexChoice, place))]),
    ];
  });
  return await Promise.all(checks);
}

async function check(name: string, open: () => Promise<DataLayer | IndexLayer>): Promise<DoctorCheck> {
  try {
    const layer = await open();
    try {
      const { length } = await layer.segments();
      return { name, ok: 'ok', detail: `answers, with ${length} segments`, hint: '' };
    } finally {
      await layer.close();
    }
  } catch (error) {
    if (!(error instanceof BytecopyError)) throw error;
    return { name, ok: 'failed', detail: error.message, hint: error.hint ?? '' };
  }
}
