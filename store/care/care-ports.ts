/** What looking after a store needs of it. */
import type { DataLayer, IndexLayer, Micros, Segment } from '../../core/index.ts';
import type { BlockReader } from '../read/block-reader.ts';
import type { ReportDamage } from '../read/damage.ts';

/** What this process writes into the store at the same time. */
export interface WriterState {
  /** @returns number of a block up to which all are in the data layer, synced */
  settle(): Promise<number>;
  /** Blocks that wait for the index; `unknown` where there are too many to name. */
  unindexed(segment: Segment): readonly Uint8Array[] | 'unknown';
  /** Segments written since the last checkpoint: never dropped. */
  written(): ReadonlySet<Segment>;
  /** Exchanges of each segment, as they were counted when they were written. */
  counted(): ReadonlyMap<Segment, { readonly exchanges: number }>;
  /** These segments are gone for good. */
  forget(segments: readonly Segment[]): Promise<void>;
}

export interface CarePorts {
  readonly data: DataLayer;
  readonly index: IndexLayer;
  readonly readerFor: (report: ReportDamage) => BlockReader;
  readonly segmentMicros: Micros;
  /** Absent where this process does not write. */
  readonly writer?: WriterState;
  /** Throws `STORE_CORRUPT_SEGMENT` where reading a segment would end the process; absent where nothing can. */
  readonly assertReadable?: (segment: Segment) => Promise<void>;
  /** Deletes the key of a dropped segment. */
  readonly shred?: (segment: Segment) => Promise<void>;
  /** Blocks of a segment that are compared at once, which bounds memory; a million where absent. */
  readonly maxTableBlocks?: number;
  /** Waits; a test may look at what it is asked for instead. */
  readonly pause: (millis: number) => Promise<void>;
}
