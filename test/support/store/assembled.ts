/** Stores over layers that a test holds in its hands. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DataLayer, ExchangeStore, IndexLayer } from '../../../core/index.ts';
import { type AssembledStore, type AssemblyDeps, assembleWriter } from '../../../store/assembly.ts';
import { LevelDataLayer, LevelIndexLayer, type StoreCare } from '../../../store/index.ts';
import { checkStoreOptions, type StoreOptions } from '../../../store/options.ts';
import { newManifest } from '../../../store/owner/store-manifest.ts';
import { FEEDER_DEFAULTS, type IndexFeederOptions } from '../../../store/write/index-feeder.ts';
import { FaultyIndex } from './faulty-index.ts';

export interface Assembling {
  /** Of catalog and log; that of the layers where absent. */
  readonly folder?: string;
  readonly writer?: number;
  readonly data?: DataLayer;
  readonly index?: IndexLayer;
  readonly indexManifest?: Partial<IndexLayer['manifest']>;
  readonly options?: Partial<StoreOptions>;
  readonly feeding?: Partial<IndexFeederOptions>;
  readonly deps?: AssemblyDeps;
}

/** Waits short enough for a test. */
export const IMPATIENT: IndexFeederOptions = {
  ...FEEDER_DEFAULTS,
  patienceMs: 5,
  settleMs: 50,
  firstPauseMs: 2,
  maxPauseMs: 20,
};

/** Over embedded layers whose index can be told to fail; closed when the test has finished. */
export async function assembled(
  path: string,
  { folder = path, writer = 0, indexManifest, options, feeding, deps = {}, ...layers }: Assembling = {},
): Promise<AssembledStore & { readonly index: FaultyIndex; readonly data: DataLayer }> {
  const data = layers.data ?? new LevelDataLayer({ path: join(path, 'data') });
  const index = new FaultyIndex(layers.index ?? new LevelIndexLayer({ path: join(path, 'index') }), indexManifest);
  const store = await assembleWriter(
    checkStoreOptions({ path, ...options }),
    newManifest(60),
    { data, index },
    { folder, writer },
    deps,
    { ...IMPATIENT, ...feeding },
  );
  onTestFinished(async () => {
    index.work();
    await store.store.close();
  });
  return { ...store, index, data };
}

/** Resolves when the index has got everything. */
export async function indexed(store: ExchangeStore): Promise<void> {
  for (;;) {
    if ((await store.statistics()).indexWaiting === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a repair would do. */
export async function differences(care: StoreCare): Promise<Record<string, number>> {
  let found = {};
  for await (const { ledger } of care.repair({ dryRun: true, now: 0 })) {
    const { missing, different, dangling, damaged } = ledger as never;
    found = { missing, different, dangling, damaged };
  }
  return found;
}
