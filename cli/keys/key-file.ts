/** The file of the user's keys: made where there is none, refused where others can read it, rewritten as a whole. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BytecopyError, KEY_BYTES, type Micros } from '../../core/index.ts';
import { whyUnreadable } from '../config/config.ts';
import { formatKeyFile, MAX_KEYS, newKey, parseKeyFile, type StoredKey } from './key-file-text.ts';

const OWNER_ONLY = 0o600;
const FOLDER_OF_OWNER = 0o700;
const OTHERS = 0o077;

/**
 * @returns newest first; undefined where there is no such file
 * @throws BytecopyError `KEY_FILE_OPEN_TO_OTHERS`, `KEY_FILE_INVALID`, `KEY_FILE_UNREADABLE` (exit code 2)
 */
export async function readKeyFile(path: string): Promise<readonly StoredKey[] | undefined> {
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      await requirePrivate(file, path);
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof BytecopyError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BytecopyError('KEY_FILE_UNREADABLE', `key file ${path}: ${whyUnreadable(cause)}`, {
      hint: '--key-file, BYTECOPY_KEY_FILE or secrets.keyFile in the config names another one',
      exitCode: 2,
      cause,
    });
  }
  const keys = parseKeyFile(text);
  if ('fault' in keys) {
    throw new BytecopyError('KEY_FILE_INVALID', `key file ${path}: ${keys.fault}`, {
      hint: 'put a copy of it back, or name another file; without its keys what they sealed stays sealed',
      exitCode: 2,
    });
  }
  return keys;
}

async function requirePrivate(file: FileHandle, path: string): Promise<void> {
  const { mode } = await file.stat();
  if ((mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new BytecopyError('KEY_FILE_OPEN_TO_OTHERS', `key file ${path} is open to others (mode ${shown})`, {
    hint: `chmod 600 ${path}; who may have read it can read what its keys sealed: bytecopy key rotate makes a new one`,
    exitCode: 2,
  });
}

/**
 * A file with one new key.
 *
 * @returns its keys; those that another process put there meanwhile, where it was faster
 * @throws BytecopyError `KEY_FILE_UNWRITABLE` (exit code 2)
 */
export async function makeKeyFile(path: string, now: Micros): Promise<{ keys: readonly StoredKey[]; made: boolean }> {
  const keys = [newKey(randomBytes(KEY_BYTES), now)];
  // Linked into its place when it is whole, so that nobody reads half of it.
  const made = await write(path, keys, 'new');
  if (made) return { keys, made };
  const others = await readKeyFile(path);
  return others === undefined ? makeKeyFile(path, now) : { keys: others, made };
}

/**
 * A new key in front of the others.
 *
 * @throws BytecopyError `KEY_FILE_FULL`, and those of reading and making it (exit code 2)
 */
export async function rotateKeyFile(path: string, now: Micros): Promise<readonly StoredKey[]> {
  const before = await readKeyFile(path);
  if (before === undefined) return (await makeKeyFile(path, now)).keys;
  if (before.length >= MAX_KEYS) {
    throw new BytecopyError('KEY_FILE_FULL', `key file ${path} has ${MAX_KEYS} keys`, {
      hint: 'name a new file; keep this one for what its keys sealed',
      exitCode: 2,
    });
  }
  const keys = [newKey(randomBytes(KEY_BYTES), now), ...before];
  await write(path, keys, 'replace');
  return keys;
}

/** @returns false where `new` finds one there */
async function write(path: string, keys: readonly StoredKey[], how: 'new' | 'replace'): Promise<boolean> {
  const folder = dirname(path);
  const half = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_OF_OWNER });
    const file = await open(half, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(formatKeyFile(keys));
      await file.sync();
    } finally {
      await file.close();
    }
    if (how === 'replace') await rename(half, path);
    else if (!(await linkInPlace(half, path))) return false;
    const entry = await open(folder, 'r');
    await entry.sync().finally(() => entry.close());
    return true;
  } catch (cause) {
    await rm(half, { force: true });
    throw new BytecopyError('KEY_FILE_UNWRITABLE', `key file ${path}: ${(cause as Error).message}`, {
      hint: '--key-file, BYTECOPY_KEY_FILE or secrets.keyFile in the config names another place; secrets: { seal: false } keeps secrets as captured',
      exitCode: 2,
      cause,
    });
  }
}

async function linkInPlace(half: string, path: string): Promise<boolean> {
  try {
    await link(half, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    await rm(half, { force: true });
  }
}
