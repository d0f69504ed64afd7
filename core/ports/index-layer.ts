/**
 * Port `IndexLayer`: fields of exchanges → the data blocks that hold them.
 *
 * An adapter owes: answers that never miss an exchange put before the search began and may name some that do not match
 * (who asks tests what it reads); hits in the order of the block keys, both ways; a search that holds pages, never a
 * result set. Putting a block again changes nothing. What it cannot answer from its postings it says (`undefined`).
 */
import type { Query } from '../query/query.ts';
import type { ByteCount, Micros } from '../units.ts';
import type { Durability } from './data-layer.ts';
import type { Segment } from './segment.ts';

/** What is indexed of one exchange; an empty text is not indexed. */
export interface IndexDocument {
  /** Time of the exchange. */
  readonly at: Micros;
  /** From the first byte of the request to the last of the response; undefined where one of them is missing. */
  readonly latencyMicros: Micros | undefined;
  readonly tenant: string;
  readonly environment: string;
  readonly region: string;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly session: string;
  readonly source: string;
  readonly service: string;
  readonly operation: string;
  readonly verb: string;
  readonly status: number;
  readonly outcome: string;
  readonly protocol: string;
  readonly reason: string;
  readonly traceId: string;
}

/** Exchanges of a block at most: one bit of a hit each. */
export const MAX_INDEX_POSITIONS = 64;

export interface IndexEntry {
  readonly segment: Segment;
  /** Key of the block in the data layer. */
  readonly block: Uint8Array;
  /** One a position of the block, in its order; at most {@link MAX_INDEX_POSITIONS}. */
  readonly documents: readonly IndexDocument[];
}

export interface IndexHit {
  readonly block: Uint8Array;
  /** Bit n of `low` is position n, bit n of `high` position 32 + n; both unsigned. */
  readonly low: number;
  readonly high: number;
}

export interface IndexSearch {
  readonly segment: Segment;
  readonly where: Query;
  /** First block key taken, inclusive. */
  readonly from?: Uint8Array;
  /** First block key no longer taken, exclusive. */
  readonly to?: Uint8Array;
  readonly order?: 'ascending' | 'descending';
}

/** What an index holds of one block, in a form to compare: equal digests are equal contents. */
export interface IndexedBlock {
  readonly block: Uint8Array;
  readonly digest: string;
}

/** Exchanges of one stretch of time. */
export interface TimeCount {
  readonly from: Micros;
  readonly exchanges: number;
}

export interface IndexLayerManifest {
  readonly name: string;
  /** A search sees every entry as soon as its `put` resolved; otherwise within {@link visibleAfterMs}. */
  readonly readYourWrites: boolean;
  /** Longest time until a search sees what was put, ms; 0 where it does at once. */
  readonly visibleAfterMs: number;
  /** Counts and histograms are exact, or undefined where they would not be; otherwise upper bounds, as hits are. */
  readonly exactCounts: boolean;
}

export interface IndexLayer {
  readonly manifest: IndexLayerManifest;
  put(entries: readonly IndexEntry[], durability: Durability): Promise<void>;
  /** Hits in pages that are never empty; undefined where the postings cannot narrow this query down. */
  search(search: IndexSearch): Promise<AsyncIterable<readonly IndexHit[]> | undefined>;
  /** Positions that a search names, an upper bound of what matches; undefined where `search` answers so. */
  count(search: IndexSearch): Promise<number | undefined>;
  /**
   * Positions that a search names by time, stretches of `intervalMicros` counted from the epoch, oldest first, empty
   * ones left out; undefined where `search` answers so. A block that lies in several may count in its first.
   */
  histogram(search: IndexSearch, intervalMicros: Micros): Promise<readonly TimeCount[] | undefined>;
  /** What the index holds of each block of a segment, once a block, in any order, in pages: what repair compares. */
  contents(segment: Segment): AsyncIterable<readonly IndexedBlock[]>;
  /** The digest that {@link contents} tells once the entry was put, and nothing else of its block. */
  digest(entry: IndexEntry): string;
  /** Removes everything that the index holds of these blocks. */
  remove(segment: Segment, blocks: readonly Uint8Array[]): Promise<void>;
  sync(): Promise<void>;
  segments(): Promise<readonly Segment[]>;
  size(segment: Segment): Promise<ByteCount>;
  drop(segment: Segment): Promise<void>;
  close(): Promise<void>;
}
