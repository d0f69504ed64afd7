/**
 * Port `IndexLayer`: fields of exchanges → the data blocks that hold them.
 *
 * An adapter owes: answers that never miss an exchange put before the search began and may name some that do not match
 * (who asks tests what it reads); hits in the order of the block keys, both ways; a search that holds pages, never a
 * result set. Putting a block again changes nothing. What it cannot answer from its postings it says (`undefined`).
 */
import type { Query } from '../query/query.ts';
import type { ByteCount } from '../units.ts';
import type { Durability, Segment } from './data-layer.ts';

/** What is indexed of one exchange; an empty text is not indexed. */
export interface IndexDocument {
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

export interface IndexLayerManifest {
  readonly name: string;
  /** A search sees every entry as soon as its `put` resolved. */
  readonly readYourWrites: boolean;
}

export interface IndexLayer {
  readonly manifest: IndexLayerManifest;
  put(entries: readonly IndexEntry[], durability: Durability): Promise<void>;
  /** Takes back what `put` of the same entries added. */
  delete(entries: readonly IndexEntry[]): Promise<void>;
  /** Hits in pages that are never empty; undefined where the postings cannot narrow this query down. */
  search(search: IndexSearch): Promise<AsyncIterable<readonly IndexHit[]> | undefined>;
  /** Positions that a search names, an upper bound of what matches; undefined where `search` answers so. */
  count(search: IndexSearch): Promise<number | undefined>;
  sync(): Promise<void>;
  segments(): Promise<readonly Segment[]>;
  size(segment: Segment): Promise<ByteCount>;
  drop(segment: Segment): Promise<void>;
  close(): Promise<void>;
}
