/**
 * Cursors over postings, in the order of the block keys, either way; they combine as the query's conditions do.
 *
 *   term    the entries of one prefix, read a page at a time (`term-cursor.ts`)
 *   both    blocks that all cursors name: leapfrog, the one of the least weight leads and the others seek its blocks
 *   either  blocks that any cursor names, merged
 *   except  blocks of one without the positions that another names
 *
 * A cursor moves without waiting as long as it can: `reach` answers false where pages are missing, `fetch` reads them,
 * and `reach` is asked the same again. A hit may name no position: then nothing up to its block is named. Memory: a page
 * a term.
 */
import type { IndexHit } from '../../core/index.ts';

export interface PostingCursor {
  /** Undefined before the first block and behind the last one. */
  readonly current: IndexHit | undefined;
  /**
   * Moves to the first block at the bound or beyond it, strictly beyond where `isBehind`; never back.
   *
   * @param bound a block key; undefined for the first block
   * @returns false where {@link fetch} is needed before
   */
  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean;
  fetch(): Promise<void>;
  /** What its first page costs and names: entries and positions a time slice; 0 where that page was all. */
  readonly weight: number;
  close(): Promise<void>;
}

export class BothCursor implements PostingCursor {
  current: IndexHit | undefined;
  readonly #parts: PostingCursor[];
  #pending: PostingCursor[] = [];
  #isOrdered = false;

  constructor(parts: readonly PostingCursor[]) {
    this.#parts = [...parts];
  }

  get weight(): number {
    return Math.min(...this.#parts.map(({ weight }) => weight));
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    if (!this.#isOrdered && !this.#order(bound, isBehind)) return false;
    const parts = this.#parts;
    const lead = parts[0] as PostingCursor;
    let [leadBound, leadBehind] = [bound, isBehind];
    for (;;) {
      this.current = undefined;
      if (!lead.reach(leadBound, leadBehind)) return this.#waitFor(lead);
      const at = lead.current;
      if (at === undefined) return true;
      let { low, high } = at;
      leadBound = at.block;
      leadBehind = true;
      // The others are not asked about a block of which nothing is left.
      for (let i = 1; i < parts.length && (low | high) !== 0; i++) {
        const other = parts[i] as PostingCursor;
        if (!other.reach(at.block, false)) return this.#waitFor(other);
        const hit = other.current;
        if (hit === undefined) return true;
        if (Buffer.compare(hit.block, at.block) !== 0) {
          leadBound = hit.block;
          leadBehind = false;
          low = 0;
          high = 0;
        } else {
          low &= hit.low;
          high &= hit.high;
        }
      }
      if ((low | high) !== 0) {
        this.current = { block: at.block, low: low >>> 0, high: high >>> 0 };
        return true;
      }
    }
  }

  async fetch(): Promise<void> {
    await fetchAll(this.#pending);
  }

  async close(): Promise<void> {
    for (const part of this.#parts) await part.close();
  }

  /** The one of the least weight leads. */
  #order(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    this.#pending = this.#parts.filter((part) => !part.reach(bound, isBehind));
    if (this.#pending.length > 0) return false;
    this.#parts.sort((one, other) => one.weight - other.weight);
    this.#isOrdered = true;
    return true;
  }

  #waitFor(part: PostingCursor): false {
    this.#pending = [part];
    return false;
  }
}

export class EitherCursor implements PostingCursor {
  current: IndexHit | undefined;
  readonly #parts: readonly PostingCursor[];
  readonly #descending: boolean;
  #pending: PostingCursor[] = [];

  constructor(parts: readonly PostingCursor[], descending: boolean) {
    this.#parts = parts;
    this.#descending = descending;
  }

  get weight(): number {
    return this.#parts.reduce((sum, { weight }) => sum + weight, 0);
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    this.#pending = [];
    let nearest: Uint8Array | undefined;
    for (const part of this.#parts) {
      if (!part.reach(bound, isBehind)) this.#pending.push(part);
      else if (part.current !== undefined) nearest = furthest(nearest, part.current.block, !this.#descending);
    }
    if (this.#pending.length > 0) return false;
    this.current = undefined;
    if (nearest === undefined) return true;
    let [low, high] = [0, 0];
    for (const { current } of this.#parts) {
      if (current === undefined || Buffer.compare(current.block, nearest) !== 0) continue;
      low |= current.low;
      high |= current.high;
    }
    this.current = { block: nearest, low: low >>> 0, high: high >>> 0 };
    return true;
  }

  async fetch(): Promise<void> {
    await fetchAll(this.#pending);
  }

  async close(): Promise<void> {
    for (const part of this.#parts) await part.close();
  }
}

export class ExceptCursor implements PostingCursor {
  current: IndexHit | undefined;
  readonly #base: PostingCursor;
  readonly #gone: PostingCursor;
  #pending: PostingCursor | undefined;

  constructor(base: PostingCursor, gone: PostingCursor) {
    this.#base = base;
    this.#gone = gone;
  }

  get weight(): number {
    return this.#base.weight;
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    this.current = undefined;
    this.#pending = this.#base;
    if (!this.#base.reach(bound, isBehind)) return false;
    const at = this.#base.current;
    if (at === undefined) return true;
    this.#pending = this.#gone;
    if (!this.#gone.reach(at.block, false)) return false;
    const gone = this.#gone.current;
    if (gone === undefined || Buffer.compare(gone.block, at.block) !== 0) this.current = at;
    else this.current = { block: at.block, low: (at.low & ~gone.low) >>> 0, high: (at.high & ~gone.high) >>> 0 };
    return true;
  }

  async fetch(): Promise<void> {
    await this.#pending?.fetch();
  }

  async close(): Promise<void> {
    await this.#base.close();
    await this.#gone.close();
  }
}

/** Pages of several cursors side by side. */
async function fetchAll(cursors: readonly PostingCursor[]): Promise<void> {
  if (cursors.length === 1) await (cursors[0] as PostingCursor).fetch();
  else await Promise.all(cursors.map((cursor) => cursor.fetch()));
}

/** The larger of two block keys; the smaller one where the search descends. */
function furthest(one: Uint8Array | undefined, other: Uint8Array, descending: boolean): Uint8Array {
  if (one === undefined) return other;
  return Buffer.compare(one, other) < 0 === descending ? one : other;
}
