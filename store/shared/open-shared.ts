/** A store on clusters alone: every process reads and writes it directly, a writer with a work folder of its own. */
import { type AssemblyDeps, assembleReader, assembleWriter } from '../assembly.ts';
import { openLayers } from '../layers/open-layers.ts';
import type { OpenedStore } from '../opened-store.ts';
import type { CheckedStoreOptions } from '../options.ts';
import { OwnedStore } from '../owner/owned-store.ts';
import { openSharedManifest } from './shared-manifest.ts';
import { takeWorkFolder } from './work-folder.ts';

/** @param folder in which work folders are; a reader needs none */
export async function openShared(
  options: CheckedStoreOptions,
  folder: string,
  deps: AssemblyDeps,
): Promise<OpenedStore> {
  const layers = await openLayers(options, { folder, area: options.area });
  const peer = { role: 'peer', ownerPid: process.pid } as const;
  try {
    const write = options.access === 'write';
    const { segmentMinutes } = options;
    const manifest = await openSharedManifest(layers.data, { write, segmentMinutes, owner: undefined });
    if (!write) return { ...assembleReader(manifest, layers, deps), ...peer };
    const { path, writer, lock } = await takeWorkFolder(folder, layers.data);
    try {
      const { store, ...assembled } = await assembleWriter(options, manifest, layers, { folder: path, writer }, deps);
      return { store: new OwnedStore(store, undefined, lock), ...assembled, ...peer };
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    await layers.index.close();
    await layers.data.close();
    throw error;
  }
}
