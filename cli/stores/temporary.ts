/** A store for the length of one command: what `--file` reads, put in order of time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExchangeStore, Ledger } from '../../core/index.ts';
import { openStore } from '../../store/index.ts';
import type { Config } from '../config/config.ts';
import type { Context } from '../context.ts';
import { BatchSink } from '../pipeline/batch-sink.ts';
import { readFiles } from '../pipeline/read-files.ts';

export interface TemporaryStore {
  readonly path: string;
  readonly store: ExchangeStore;
  remove(): Promise<void>;
}

/** @throws BytecopyError of the file, with the folder removed */
export async function importTemporarily(path: string, config: Config, context: Context): Promise<TemporaryStore> {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-'));
  const storePath = join(folder, 'store');
  const { store } = await openStore({ path: storePath, mustOwn: true });
  const remove = async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ledger = new Ledger();
    const write = (exchanges: Parameters<ExchangeStore['append']>[0]) => store.append(exchanges);
    const sink = new BatchSink({ name: 'store', live: false }, ledger, write, () => store.flush());
    await readFiles({ files: [path], ports: [], config }, [sink], { ledger }, context);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: storePath, store, remove };
}
