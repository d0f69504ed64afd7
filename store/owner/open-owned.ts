/**
 * A store with an embedded layer: one process owns it, the others ask that one.
 *
 *   <path>/bytecopy.json   format and version         <path>/lock/     held by the owner
 *          catalog.json    checkpoint, counts                owner.json  who that is
 *          missed.log      what the index missed             socket      where it answers others
 *          data/SEGMENT/   blocks                            pins/NAME/  a store of its own each
 *          index/SEGMENT/  postings
 */
import { chmod } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { BytecopyError } from '../../core/index.ts';
import { type AssemblyDeps, assembleWriter } from '../assembly.ts';
import { isEmbedded } from '../layers/layer-choice.ts';
import { openLayers } from '../layers/open-layers.ts';
import type { OpenedStore } from '../opened-store.ts';
import type { CheckedStoreOptions } from '../options.ts';
import type { ReportDamage } from '../read/damage.ts';
import { openSharedManifest } from '../shared/shared-manifest.ts';
import { StoreClient } from '../socket/store-client.ts';
import { StoreServer } from '../socket/store-server.ts';
import { OwnedStore } from './owned-store.ts';
import { OwnerLock, readOwnerPid } from './owner-lock.ts';
import { openManifest, type StoreManifest, upgradeManifest } from './store-manifest.ts';

/** An owner that is just starting or ending is asked again: 40 times, 50 ms apart. */
const CONNECT_ATTEMPTS = 40;
const CONNECT_PAUSE_MS = 50;

/** @param folder of this store */
export async function openOwned(
  options: CheckedStoreOptions,
  folder: string,
  deps: AssemblyDeps,
): Promise<OpenedStore> {
  const onCluster = !isEmbedded(options.data);
  const manifest = await openManifest(folder, options.access === 'write', options.segmentMinutes, onCluster);
  for (let attempt = 0; attempt < CONNECT_ATTEMPTS; attempt++) {
    const lock = await OwnerLock.take(folder);
    if (lock !== undefined) return await openAsOwner(options, folder, manifest, lock, deps);
    if (options.mustOwn) break;
    const client = await StoreClient.connect(folder, deps.onDamage ?? (() => {}));
    if (client !== undefined) return { store: client, care: client.care, role: 'client', ownerPid: client.ownerPid };
    await delay(CONNECT_PAUSE_MS);
  }
  const pid = await readOwnerPid(folder);
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  throw new BytecopyError('STORE_BUSY', `${folder} is in use by ${who}`, {
    hint: 'stop that process, or name another folder with --store',
  });
}

async function openAsOwner(
  options: CheckedStoreOptions,
  folder: string,
  manifest: StoreManifest,
  lock: OwnerLock,
  deps: AssemblyDeps,
): Promise<OpenedStore> {
  const layers = await openLayers(options, { folder, area: options.area }).catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  try {
    await chmod(folder, 0o700);
    const write = options.access === 'write';
    const { owner, segmentMinutes } = manifest;
    if (owner !== undefined) await openSharedManifest(layers.data, { write, segmentMinutes, owner });
    if (write) await upgradeManifest(folder, manifest);
    const { store, ...assembled } = await assembleWriter(options, manifest, layers, { folder, writer: 0 }, deps);
    const served = { storeFor: (caller: ReportDamage) => store.reportingTo(caller), care: assembled.care };
    const server = await StoreServer.listen(folder, served).catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    return { store: new OwnedStore(store, server, lock), ...assembled, role: 'owner', ownerPid: process.pid };
  } catch (error) {
    await layers.index.close();
    await layers.data.close();
    await lock.release();
    throw error;
  }
}
