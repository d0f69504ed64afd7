/**
 * What a writer of a store on a cluster keeps by itself: `<store>/writers/N/`, one for each process that writes at once.
 *
 *   writer.json    its number on the cluster      catalog.json   its checkpoint
 *   lock/          held by the process            missed.log     blocks that the index misses
 *
 * The next process takes it over with what an unclean end left there. One whose number the cluster does not know belongs
 * to another cluster, and is left alone.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BytecopyError, type DataLayer } from '../../core/index.ts';
import { replaceFile } from '../owner/catalog.ts';
import { makeFolder } from '../owner/make-folder.ts';
import { OwnerLock } from '../owner/owner-lock.ts';
import { claimNumber, holdsClaim, type WriterClaim } from './writer-claim.ts';

/** Processes that write at once with one folder. */
const MAX_WORK_FOLDERS = 256;

export interface WorkFolder {
  readonly path: string;
  /** Number on the cluster, 1 to 65535. */
  readonly writer: number;
  readonly lock: OwnerLock;
}

/** @throws BytecopyError `STORE_BUSY`, `STORE_WRITERS_EXHAUSTED`, `STORE_IO`, `STORE_FULL`, and what the data layer throws */
export async function takeWorkFolder(storeFolder: string, data: DataLayer): Promise<WorkFolder> {
  for (let n = 0; n < MAX_WORK_FOLDERS; n++) {
    const path = join(storeFolder, 'writers', String(n));
    await makeFolder(path);
    const lock = await OwnerLock.take(path);
    if (lock === undefined) continue;
    try {
      const claim = await readClaim(path);
      if (claim === undefined || (await holdsClaim(data, claim))) {
        const held = claim ?? (await claimNumber(data, randomUUID()));
        if (claim === undefined) await replaceFile(claimPath(path), `${JSON.stringify(held)}\n`);
        return { path, writer: held.number, lock };
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
  }
  throw new BytecopyError(
    'STORE_BUSY',
    `${storeFolder} has ${MAX_WORK_FOLDERS} writers, or is full of those of other clusters`,
    {
      hint: 'name another folder with --store',
    },
  );
}

async function readClaim(path: string): Promise<WriterClaim | undefined> {
  try {
    const { id, number } = JSON.parse(await readFile(claimPath(path), 'utf8')) as WriterClaim;
    return { id, number };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BytecopyError('STORE_CORRUPT_CATALOG', `${claimPath(path)} is damaged: ${String(error)}`, {
      cause: error,
      hint: 'remove this folder, and run `bytecopy store repair` for what it had not indexed',
    });
  }
}

function claimPath(path: string): string {
  return join(path, 'writer.json');
}
