/** Makes a store before anything is written: folders, and tables and templates on clusters. */
import type { DataLayer, IndexLayer } from '../core/index.ts';
import { openLayers } from './layers/open-layers.ts';
import { openStore, type StoreDeps } from './open-store.ts';
import { checkStoreOptions, type StoreOptions } from './options.ts';

export interface InitializedStore {
  readonly dataLayer: string;
  readonly indexLayer: string;
  readonly segmentMinutes: number;
  /** Segments that it holds already. */
  readonly segments: number;
}

/**
 * Changes nothing where all of it is there already.
 *
 * @throws BytecopyError as {@link openStore}
 */
export async function initStore(options: StoreOptions, deps: StoreDeps = {}): Promise<InitializedStore> {
  const { path, area, ...checked } = checkStoreOptions(options);
  const layers = await openLayers(checked, { folder: path, area });
  try {
    for (const layer of [layers.data, layers.index]) await initLayer(layer);
  } finally {
    await layers.index.close();
    await layers.data.close();
  }
  const { store, care } = await openStore(options, deps);
  try {
    const { dataLayer, indexLayer, segmentMinutes, segments } = await care.overview();
    return { dataLayer, indexLayer, segmentMinutes, segments: segments.length };
  } finally {
    await store.close();
  }
}

/** Embedded layers have nothing to make. */
async function initLayer(layer: (DataLayer | IndexLayer) & { init?(): Promise<void> }): Promise<void> {
  await layer.init?.();
}
