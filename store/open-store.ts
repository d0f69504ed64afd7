/**
 * Opens a store: as its owner, or as a client of the process that owns it.
 *
 *   <path>/bytecopy.json   format and version         <path>/lock/     held by the owner
 *          catalog.json    checkpoint, counts                owner.json  who that is
 *          data/SEGMENT/   blocks                            socket      where it answers others
 *          index/SEGMENT/  postings
 */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BytecopyError, type ExchangeStore } from '../core/index.ts';
import { LocalCare, type StoreCare } from './care/index.ts';
import { LiveWriter } from './care/live-writer.ts';
import { LayeredStore } from './layered-store.ts';
import { LevelDataLayer } from './level/level-data-layer.ts';
import { LevelIndexLayer } from './level/level-index-layer.ts';
import { type CheckedStoreOptions, checkStoreOptions, type StoreOptions } from './options.ts';
import { Catalog } from './owner/catalog.ts';
import { OwnedStore } from './owner/owned-store.ts';
import { OwnerLock, readOwnerPid } from './owner/owner-lock.ts';
import { type RecoveryReport, recover } from './owner/recovery.ts';
import { openManifest, type StoreManifest } from './owner/store-manifest.ts';
import { BlockReader } from './read/block-reader.ts';
import type { ReportDamage } from './read/damage.ts';
import { countsOfCatalog } from './read/store-counts.ts';
import { StoreClient } from './socket/store-client.ts';
import { StoreServer } from './socket/store-server.ts';
import { BlockWriter } from './write/block-writer.ts';
import { FEEDER_DEFAULTS, IndexFeeder, type IndexState } from './write/index-feeder.ts';
import { MissedBlocks } from './write/missed-blocks.ts';
import { MissedSource } from './write/missed-source.ts';

export interface StoreDeps {
  /** Told what could not be read, once each time it is met; nothing is said where absent. */
  readonly onDamage?: ReportDamage;
  /** Told when the index does not keep up, and when it does again. */
  readonly onIndexState?: (state: IndexState) => void;
}

export interface OpenedStore {
  readonly store: ExchangeStore;
  /** Looks after the store: repair, verify, retention. */
  readonly care: StoreCare;
  readonly role: 'owner' | 'client';
  /** Process that owns the store. */
  readonly ownerPid: number;
  /** What was found after an unclean end. */
  readonly recovered?: RecoveryReport;
}

/** An owner that is just starting or ending is asked again: 40 times, 50 ms apart. */
const CONNECT_ATTEMPTS = 40;
const CONNECT_PAUSE_MS = 50;
const MICROS_PER_MINUTE = 60_000_000;

/**
 * @throws BytecopyError with exit code 2: `STORE_MISSING`, `STORE_NOT_A_STORE`, `STORE_NEWER`, `STORE_OPTIONS_INVALID`;
 *   with exit code 1: `STORE_BUSY`, `STORE_FULL`, `STORE_IO`, `STORE_SOCKET`, `STORE_CORRUPT_CATALOG`
 */
export async function openStore(options: StoreOptions, deps: StoreDeps = {}): Promise<OpenedStore> {
  const checked = checkStoreOptions(options);
  const manifest = await openManifest(checked.path, checked.access === 'write', checked.segmentMinutes);
  const report = deps.onDamage ?? (() => {});
  for (let attempt = 0; attempt < CONNECT_ATTEMPTS; attempt++) {
    const lock = await OwnerLock.take(checked.path);
    if (lock !== undefined) return await openOwned(checked, manifest, lock, deps);
    if (checked.mustOwn) break;
    const client = await StoreClient.connect(checked.path, report);
    if (client !== undefined) return { store: client, care: client.care, role: 'client', ownerPid: client.ownerPid };
    await delay(CONNECT_PAUSE_MS);
  }
  const pid = await readOwnerPid(checked.path);
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  throw new BytecopyError('STORE_BUSY', `${checked.path} is in use by ${who}`, {
    hint: 'stop that process, or name another folder with --store',
  });
}

async function openOwned(
  options: CheckedStoreOptions,
  manifest: StoreManifest,
  lock: OwnerLock,
  deps: StoreDeps,
): Promise<OpenedStore> {
  const report = deps.onDamage ?? (() => {});
  const data = new LevelDataLayer({ path: join(options.path, 'data') });
  const index = new LevelIndexLayer({ path: join(options.path, 'index') });
  try {
    await chmod(options.path, 0o700);
    const catalog = await Catalog.open(options.path);
    const reader = new BlockReader(data, report);
    const missed = await MissedBlocks.open(options.path);
    const recovered = catalog.found.clean ? undefined : await recover({ data, index, reader, catalog, missed });
    const segmentMicros = manifest.segmentMinutes * MICROS_PER_MINUTE;
    const { blockExchanges, flushIntervalMs, checkpointIntervalMs } = options;
    const lastSequence = recovered?.lastSequence ?? catalog.found.sequence;
    const source = new MissedSource({ data, reader, missed });
    const feeder = new IndexFeeder(FEEDER_DEFAULTS, {
      index,
      missed,
      source,
      onState: deps.onIndexState ?? (() => {}),
    });
    const writer = new BlockWriter(
      { segmentMicros, blockExchanges, flushIntervalMs, checkpointIntervalMs, lastSequence, groupOf: () => '' },
      { data, feeder, catalog },
    );
    feeder.start();
    const counts = async () => countsOfCatalog(catalog.counts);
    const layered = new LayeredStore({ segmentMicros }, { data, index, counts, writing: { writer, feeder }, report });
    const care = new LocalCare({
      data,
      index,
      readerFor: (caller) => new BlockReader(data, caller),
      segmentMicros,
      writer: new LiveWriter({ writer, feeder, catalog }),
      pause: delay,
    });
    const server = await StoreServer.listen(options.path, {
      storeFor: (caller) => layered.reportingTo(caller),
      care,
    });
    return {
      store: new OwnedStore(layered, server, lock),
      care,
      role: 'owner',
      ownerPid: process.pid,
      ...(recovered === undefined ? {} : { recovered: recovered.report }),
    };
  } catch (error) {
    await index.close();
    await data.close();
    await lock.release();
    throw error;
  }
}
