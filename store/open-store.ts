/**
 * Opens a store, wherever its layers are.
 *
 *   data, index      embedded in either      both on clusters
 *                    an owner, its clients   peers
 *
 * A pinned recording is a store of its own: in `pins/NAME/` of the folder, and in an area of its own on clusters.
 */
import { join } from 'node:path';
import type { AssemblyDeps } from './assembly.ts';
import { isEmbedded } from './layers/layer-choice.ts';
import type { OpenedStore } from './opened-store.ts';
import { checkStoreOptions, type StoreOptions } from './options.ts';
import { openOwned } from './owner/open-owned.ts';
import { openShared } from './shared/open-shared.ts';

export type StoreDeps = AssemblyDeps;

const PIN_AREA = /^pin-(.+)$/;

/**
 * @throws BytecopyError with exit code 2: `STORE_MISSING`, `STORE_NOT_A_STORE`, `STORE_NEWER`, `STORE_OPTIONS_INVALID`,
 *   `STORE_OTHER_INDEX`; with exit code 1: `STORE_BUSY`, `STORE_FULL`, `STORE_IO`, `STORE_SOCKET`,
 *   `STORE_CORRUPT_CATALOG`, `STORE_WRITERS_EXHAUSTED`, and what the layers throw
 */
export async function openStore(options: StoreOptions, deps: StoreDeps = {}): Promise<OpenedStore> {
  const checked = checkStoreOptions(options);
  const folder = folderOf(checked.path, checked.area);
  const owned = isEmbedded(checked.data) || isEmbedded(checked.index);
  return owned ? await openOwned(checked, folder, deps) : await openShared(checked, folder, deps);
}

function folderOf(path: string, area: string): string {
  const name = PIN_AREA.exec(area)?.[1];
  return name === undefined ? path : join(path, 'pins', name);
}
