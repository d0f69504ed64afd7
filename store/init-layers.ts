/** Makes what layers on clusters need before anything is written: tables and templates. */
import type { DataLayer, IndexLayer } from '../core/index.ts';
import { openLayers } from './layers/open-layers.ts';
import { checkStoreOptions, type StoreOptions } from './options.ts';

/**
 * Changes nothing where they are there already; embedded layers have none.
 *
 * @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2), and what the layers throw
 */
export async function initLayers(options: StoreOptions): Promise<void> {
  const { path, area, data, index } = checkStoreOptions(options);
  const layers = await openLayers({ data, index }, { folder: path, area });
  try {
    for (const layer of [layers.data, layers.index]) await initLayer(layer);
  } finally {
    await layers.index.close();
    await layers.data.close();
  }
}

async function initLayer(layer: (DataLayer | IndexLayer) & { init?(): Promise<void> }): Promise<void> {
  await layer.init?.();
}
