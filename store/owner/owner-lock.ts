/**
 * One owner: a LevelDB folder that is opened and never written. Its lock ends with the process, whatever ended it.
 * Beside it `owner.json` says who, for people. The folder holds nothing: where its files were damaged, all but the one
 * that is locked are removed. A process that owns it meanwhile keeps its lock, and needs the others no more.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BytecopyError } from '../../core/index.ts';
import { type LevelFolder, openLevelFolder } from '../level/level-folder.ts';
import { replaceFile } from './catalog.ts';

const BUFFER_BYTES = 64 * 1024;

export class OwnerLock {
  readonly #folder: LevelFolder;

  private constructor(folder: LevelFolder) {
    this.#folder = folder;
  }

  /** @returns undefined where another live process, or this one already, is the owner */
  static async take(storePath: string): Promise<OwnerLock | undefined> {
    let folder: LevelFolder;
    try {
      folder = await openLock(join(storePath, 'lock'));
    } catch (error) {
      if (error instanceof BytecopyError && error.code === 'STORE_LOCKED') return undefined;
      throw inWordsOfLock(error, storePath);
    }
    try {
      await replaceFile(join(storePath, 'owner.json'), `${JSON.stringify({ pid: process.pid })}\n`);
    } catch (error) {
      // A disk too full for a few bytes still can be read.
      if (!(error instanceof BytecopyError) || error.code !== 'STORE_FULL') {
        await folder.close();
        throw inWordsOfLock(error, storePath);
      }
    }
    return new OwnerLock(folder);
  }

  release(): Promise<void> {
    return this.#folder.close();
  }
}

/** Who only reads meets it too, and wonders why anything is to be written. */
function inWordsOfLock(error: unknown, storePath: string): unknown {
  if (!(error instanceof BytecopyError) || error.code !== 'STORE_IO') return error;
  return new BytecopyError('STORE_IO', `${storePath} cannot be locked: ${error.message}`, {
    hint: 'reading takes the lock too, because what another process writes meanwhile could not be read safely: run as the user who made the store, on a disk that can be written, or copy the folder',
    cause: error,
  });
}

async function openLock(path: string): Promise<LevelFolder> {
  const options = { writeBufferBytes: BUFFER_BYTES, cacheBytes: BUFFER_BYTES };
  try {
    return await openLevelFolder(path, options);
  } catch (error) {
    if (!(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
    for (const name of await readdir(path)) if (name !== 'LOCK') await rm(join(path, name), { recursive: true });
    return await openLevelFolder(path, options);
  }
}

/** @returns undefined where the file does not tell */
export async function readOwnerPid(storePath: string): Promise<number | undefined> {
  try {
    const { pid } = JSON.parse(await readFile(join(storePath, 'owner.json'), 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}
