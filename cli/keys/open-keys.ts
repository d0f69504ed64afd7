/** The user's ring of keys, for who seals and for who opens. */
import { BytecopyError, type KeyRing, type SecretKey, toKeyRing } from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import type { Context } from '../context.ts';
import { makeKeyFile, readKeyFile } from './key-file.ts';
import { type KeyFlags, keyFilePath } from './key-path.ts';

export interface OpenedKeys {
  readonly path: string;
  /** Newest first; they travel to workers. */
  readonly keys: readonly SecretKey[];
  readonly ring: KeyRing;
}

type Surroundings = Pick<Context, 'environment' | 'stderr' | 'clock'>;

/**
 * For sealing: the file is made where there is none, which is said once.
 *
 * @throws BytecopyError `KEY_FILE_…` (exit code 2)
 */
export async function openKeys(flags: KeyFlags, config: Config, context: Surroundings): Promise<OpenedKeys> {
  const path = keyFilePath(flags, config, context.environment);
  const found = await readKeyFile(path);
  if (found !== undefined) return opened(path, found);
  const { keys, made } = await makeKeyFile(path, context.clock.now());
  if (made) {
    context.stderr.write(`made a key that seals secrets: ${path}; who loses it cannot read them, so keep a copy\n`);
  }
  return opened(path, keys);
}

/**
 * For opening.
 *
 * @returns undefined where there is no file, unless the user named one
 * @throws BytecopyError `KEY_FILE_…` (exit code 2)
 */
export async function findKeys(
  flags: KeyFlags,
  config: Config,
  context: Surroundings,
): Promise<OpenedKeys | undefined> {
  const path = keyFilePath(flags, config, context.environment);
  const found = await readKeyFile(path);
  if (found !== undefined) return opened(path, found);
  if (flags.keyFile === undefined) return undefined;
  throw new BytecopyError('KEY_FILE_UNREADABLE', `key file ${path}: there is no such file`, {
    hint: '--key-file names the one that has the key',
    exitCode: 2,
  });
}

function opened(path: string, keys: readonly SecretKey[]): OpenedKeys {
  return { path, keys, ring: toKeyRing(keys) };
}
