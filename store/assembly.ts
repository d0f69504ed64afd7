/** Joins what a store is made of, the same over any pair of layers. */
import { setTimeout as delay } from 'node:timers/promises';
import { BytecopyError, type KeyRing, type Micros } from '../core/index.ts';
import { LiveWriter } from './care/live-writer.ts';
import { LocalCare, type StoreCare } from './care/store-care.ts';
import { SegmentKeys, shredSegmentKeys } from './keys/segment-keys.ts';
import { LayeredStore } from './layered-store.ts';
import type { Layers } from './layers/open-layers.ts';
import { LevelDataLayer } from './level/level-data-layer.ts';
import type { CheckedStoreOptions } from './options.ts';
import { Catalog } from './owner/catalog.ts';
import { type RecoveryReport, recover } from './owner/recovery.ts';
import type { StoreManifest } from './owner/store-manifest.ts';
import { sequenceBefore } from './owner/writer-number.ts';
import { BlockReader } from './read/block-reader.ts';
import type { Damage, ReportDamage } from './read/damage.ts';
import { countsOfCatalog, countsOfLayers } from './read/store-counts.ts';
import { BlockWriter } from './write/block-writer.ts';
import {
  FEEDER_DEFAULTS,
  type IndexCounts,
  IndexFeeder,
  type IndexFeederOptions,
  type IndexState,
} from './write/index-feeder.ts';
import { MissedBlocks } from './write/missed-blocks.ts';
import { MissedSource } from './write/missed-source.ts';

const MICROS_PER_MINUTE = 60_000_000;

export interface AssemblyDeps {
  /** Told what could not be read, once each time it is met; nothing is said where absent. */
  readonly onDamage?: ReportDamage;
  /** Told when the index does not keep up, and when it does again. */
  readonly onIndexState?: (state: IndexState) => void;
  /** Told how much of what was written the index has got, as it changes. */
  readonly onIndexMoved?: (counts: IndexCounts) => void;
  /** Opens encrypted blocks, and encrypts them where the option says so. */
  readonly keys?: KeyRing;
  /** Retention group of a service; none where absent. */
  readonly groupOf?: (service: string) => string;
}

/** Who writes: where what it keeps by itself is, and its number. */
export interface WriterPlace {
  readonly folder: string;
  /** 0 for the owner of a store. */
  readonly writer: number;
}

export interface AssembledStore {
  readonly store: LayeredStore;
  readonly care: StoreCare;
  readonly recovered?: RecoveryReport;
}

/**
 * For writing and reading; puts in order what an unclean end left.
 *
 * @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2), `STORE_FULL`, `STORE_IO`, `STORE_CORRUPT_CATALOG`
 */
export async function assembleWriter(
  options: CheckedStoreOptions,
  { segmentMinutes }: StoreManifest,
  { data, index }: Layers,
  place: WriterPlace,
  deps: AssemblyDeps,
  feeding: IndexFeederOptions = FEEDER_DEFAULTS,
): Promise<AssembledStore> {
  const segmentMicros = segmentMinutes * MICROS_PER_MINUTE;
  const report = deps.onDamage ?? (() => {});
  const keys = deps.keys === undefined ? undefined : new SegmentKeys(data, deps.keys);
  if (options.encrypt && keys === undefined) throw keysNeeded();
  const catalog = await Catalog.open(place.folder, sequenceBefore(place.writer));
  const missed = await MissedBlocks.open(place.folder);
  if (missed.damagedRecords > 0) report(damagedLog(missed.damagedRecords));
  const reader = new BlockReader(data, report, keys);
  const recovered = catalog.found.clean ? undefined : await recover({ data, index, reader, catalog, missed });
  const source = new MissedSource({ data, reader, missed });
  const onState = deps.onIndexState ?? (() => {});
  const feeder = new IndexFeeder(feeding, { index, missed, source, onState, onMoved: deps.onIndexMoved });
  const { blockExchanges, flushIntervalMs, checkpointIntervalMs } = options;
  const writer = new BlockWriter(
    {
      segmentMicros,
      blockExchanges,
      flushIntervalMs,
      checkpointIntervalMs,
      lastSequence: recovered?.lastSequence ?? catalog.found.sequence,
      groupOf: deps.groupOf ?? (() => ''),
    },
    { data, feeder, catalog, ...(options.encrypt && keys !== undefined ? { keys } : {}) },
  );
  feeder.start();
  const isShared = place.writer !== 0;
  const counts = async () => (isShared ? await countsOfLayers(data) : countsOfCatalog(catalog.counts));
  const writing = { writer, feeder };
  const store = new LayeredStore({ segmentMicros }, { data, index, counts, writing, report, ...withKeys(keys) });
  const live = new LiveWriter({ writer, feeder, catalog });
  const care = new LocalCare({ ...carePorts({ data, index }, segmentMicros, keys), writer: live });
  return { store, care, ...(recovered === undefined ? {} : { recovered: recovered.report }) };
}

/** For reading beside those who write, which only a store on clusters allows. */
export function assembleReader(
  { segmentMinutes }: StoreManifest,
  { data, index }: Layers,
  deps: AssemblyDeps,
): AssembledStore {
  const segmentMicros = segmentMinutes * MICROS_PER_MINUTE;
  const report = deps.onDamage ?? (() => {});
  const keys = deps.keys === undefined ? undefined : new SegmentKeys(data, deps.keys);
  const counts = () => countsOfLayers(data);
  const store = new LayeredStore({ segmentMicros }, { data, index, counts, report, ...withKeys(keys) });
  return { store, care: new LocalCare(carePorts({ data, index }, segmentMicros, keys)) };
}

function withKeys(keys: SegmentKeys | undefined): { readonly keys?: SegmentKeys } {
  return keys === undefined ? {} : { keys };
}

function carePorts({ data, index }: Layers, segmentMicros: Micros, keys: SegmentKeys | undefined) {
  return {
    data,
    index,
    readerFor: (report: ReportDamage) => new BlockReader(data, report, keys),
    segmentMicros,
    ...(data instanceof LevelDataLayer ? { assertReadable: (segment: string) => data.assertReadable(segment) } : {}),
    shred: (segment: string) => (keys === undefined ? shredSegmentKeys(data, segment) : keys.shred(segment)),
    pause: delay,
  };
}

function damagedLog(records: number): Damage {
  const text = `missed.log has ${records} damaged records: bytecopy store repair finds what the index lacks`;
  return { code: 'STORE_CORRUPT_LOG', key: '', firstAt: 0, lastAt: 0, exchanges: 0, text };
}

function keysNeeded(): BytecopyError {
  return new BytecopyError('STORE_OPTIONS_INVALID', 'the store is to be encrypted, and there is no key', {
    hint: 'name a key file',
    exitCode: 2,
  });
}
