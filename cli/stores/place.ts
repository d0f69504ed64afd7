/**
 * Which store a command means: `--store`, then `BYTECOPY_STORE`, then the config file's own.
 *
 * `--store` takes the name of one of the config file's `stores`, or a folder, which is an embedded store whatever
 * `data` and `index` say. A folder that is called like a store is written `./NAME`.
 */
import { join } from 'node:path';
import type { DataChoice, IndexChoice, StoreOptions } from '../../store/index.ts';
import type { Config } from '../config/config.ts';
import { type KeyFlags, keyFilePath } from '../keys/index.ts';
import { areaOf, type RecordingFlags } from '../options/recording.ts';
import { usageError } from '../options/usage-error.ts';

/** Plain values: it travels to workers. */
export interface StorePlace {
  /** For people. */
  readonly name: string;
  readonly path: string;
  readonly data?: DataChoice;
  readonly index?: IndexChoice;
  /** Empty for the store itself, otherwise of a pinned recording. */
  readonly area: string;
  readonly encrypt: boolean;
  /** Where the keys are that open what is encrypted; there need be none. */
  readonly keyFile: string;
}

export interface StoreFlags extends KeyFlags, RecordingFlags {
  readonly store?: string;
}

const DEFAULT_FOLDER = 'bytecopy-store';
/** Folders of named stores that name none. */
const NAMED_FOLDERS = 'bytecopy-stores';

export function storePlace(flags: StoreFlags, config: Config, environment: NodeJS.ProcessEnv): StorePlace {
  const keyFile = keyFilePath(flags, config, environment);
  const area = areaOf(flags);
  // A variable that is set to nothing is not set.
  const asked = flags.store ?? (environment.BYTECOPY_STORE || undefined);
  if (asked === '') throw usageError('--store names nothing', 'name a folder, or a store of the config file');
  const stores = config.stores ?? {};
  const named = asked !== undefined && Object.hasOwn(stores, asked) ? stores[asked] : undefined;
  if (asked !== undefined && named === undefined) {
    return { name: asked, path: asked, area, encrypt: config.encrypt ?? false, keyFile };
  }
  const chosen = named ?? { ...config, folder: config.store };
  const path = chosen.folder ?? (asked === undefined ? DEFAULT_FOLDER : join(NAMED_FOLDERS, asked));
  const { data, index, encrypt = false } = chosen;
  return {
    name: asked ?? nameOf(path, data, index),
    path,
    ...(data === undefined ? {} : { data }),
    ...(index === undefined ? {} : { index }),
    area,
    encrypt,
    keyFile,
  };
}

/** The place in the store's own words. */
export function storeOptionsOf({ path, data, index, area, encrypt }: StorePlace): StoreOptions {
  return {
    path,
    area,
    encrypt,
    ...(data === undefined ? {} : { data }),
    ...(index === undefined ? {} : { index }),
  };
}

/** Whether the store is a folder, and nothing else. */
export function isFolder({ data, index }: StorePlace): boolean {
  return (data?.kind ?? 'level') === 'level' && (index?.kind ?? 'level') === 'level';
}

function nameOf(path: string, data: DataChoice | undefined, index: IndexChoice | undefined): string {
  const systems = [data?.kind, index?.kind].filter((kind) => kind !== undefined && kind !== 'level');
  return systems.length === 0 ? path : systems.join(' and ');
}
