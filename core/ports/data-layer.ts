/**
 * Port `DataLayer`: an ordered key-value store of blocks, cut into time segments. The truth of what is stored.
 *
 * An adapter owes: keys of one segment in unsigned byte order, both ways; reads that see every `put` that resolved before
 * they began; keys and values returned as they were put. What it cannot promise stands in its manifest. An equal key put
 * again replaces the value, so that a put may be retried.
 */
import type { ByteCount } from '../units.ts';
import type { Segment } from './segment.ts';

/**
 * A key's first bytes are its bucket, the slice of time and the service: what is read together. An adapter on a cluster
 * keeps a bucket together, and may spread a busy one over shards that its scans merge again. Shorter keys are buckets
 * of their own.
 */
export const BUCKET_BYTES = 8;

/** `buffered` survives the end of the process, `synced` the end of the machine. */
export type Durability = 'buffered' | 'synced';

export interface DataEntry {
  readonly segment: Segment;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface KeyRange {
  readonly segment: Segment;
  /** First key taken, inclusive; the segment's first where absent. */
  readonly from?: Uint8Array;
  /** First key no longer taken, exclusive; behind the segment's last where absent. */
  readonly to?: Uint8Array;
  readonly order?: 'ascending' | 'descending';
  /** Entries a page at most. */
  readonly pageEntries?: number;
}

export interface DataLayerManifest {
  readonly name: string;
  /** A scan sees the segment as it was when the scan began; otherwise it only misses nothing put before it began. */
  readonly snapshots: boolean;
  /** `put` keeps all entries of a segment or none; otherwise one that failed may have kept some, and putting again mends it. */
  readonly atomicPuts: boolean;
  /** What `put` offers; `buffered` there means no more than the engine's own acknowledgement. */
  readonly durability: readonly Durability[];
  /** Largest value taken. */
  readonly maxValueBytes: ByteCount;
}

export interface DataLayer {
  readonly manifest: DataLayerManifest;
  put(entries: readonly DataEntry[], durability: Durability): Promise<void>;
  /** Values in the order of the keys; undefined where there is none. */
  getMany(segment: Segment, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Keys alone, in pages that are never empty. */
  keys(range: KeyRange): AsyncIterable<readonly Uint8Array[]>;
  /** Entries in pages that are never empty. */
  scan(range: KeyRange): AsyncIterable<readonly DataEntry[]>;
  /** Everything put before is as durable as `synced` says. */
  sync(): Promise<void>;
  /** Segments that hold something, oldest first. */
  segments(): Promise<readonly Segment[]>;
  /** Bytes a segment takes up on disk, roughly. */
  size(segment: Segment): Promise<ByteCount>;
  /** Removes a segment with everything in it; a segment that is not there is no error. */
  drop(segment: Segment): Promise<void>;
  /**
   * Small documents beside the segments, such as the store's manifest and the segments' keys. Names are
   * letters, digits, `/`, `-` and `.`, at most 120; values at most 64 KiB.
   */
  readProperty(name: string): Promise<Uint8Array | undefined>;
  /** Synced when it resolves; undefined removes the property, for good. */
  writeProperty(name: string, value: Uint8Array | undefined): Promise<void>;
  /** Names that begin with a prefix, in order. */
  properties(prefix: string): Promise<readonly string[]>;
  close(): Promise<void>;
}
