/** A store for the length of one command: what `--file` reads, put in order of time. Gone with the process, however that ends. */

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExchangeStore, KEY_BYTES, Ledger, toKeyRing, toSecretKey } from '../../core/index.ts';
import { openStore } from '../../store/index.ts';
import type { Config } from '../config/config.ts';
import type { Context } from '../context.ts';
import { sealingCutter } from '../keys/index.ts';
import { BatchSink } from '../pipeline/batch-sink.ts';
import { readFiles } from '../pipeline/read-files.ts';
import { SealingSink } from '../pipeline/sealing-sink.ts';
import type { RecordingKeys } from '../replay/unsealed-recording.ts';

export interface TemporaryStore {
  readonly path: string;
  readonly store: ExchangeStore;
  /** Made for it, and nowhere but in this process. */
  readonly keys: RecordingKeys;
  remove(): Promise<void>;
}

/** @throws BytecopyError of the file, with the folder removed */
export async function importTemporarily(path: string, config: Config, context: Context): Promise<TemporaryStore> {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-'));
  // Where a second interrupt or a closed pipe ends the process at once: what was recorded must not stay behind.
  const removeAtOnce = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtOnce);
  const storePath = join(folder, 'store');
  const { store } = await openStore({ path: storePath, mustOwn: true });
  const remove = async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeAtOnce);
  };
  const key = toSecretKey(randomBytes(KEY_BYTES));
  try {
    const ledger = new Ledger();
    const write = (exchanges: Parameters<ExchangeStore['append']>[0]) => store.append(exchanges);
    const sink = new BatchSink({ name: 'store', live: false }, ledger, write, () => store.flush());
    const sealed = new SealingSink([sink], await sealingCutter(toKeyRing([key]), config));
    await readFiles({ files: [path], ports: [], config }, [sealed], { ledger }, context);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: storePath, store, keys: { keys: [key], path: 'memory' }, remove };
}
