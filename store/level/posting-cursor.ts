/**
 * Cursors over postings, in the order of the block keys, either way; they combine as the query's conditions do.
 *
 *   term    the entries of one prefix, read a page at a time (`term-cursor.ts`)
 *   both    blocks that all cursors name: leapfrog, the one that is behind seeks the block of the one that is ahead
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
  /** The last block of which it is known what is named; undefined where that is every one: it names few. */
  readonly known: Uint8Array | undefined;
  close(): Promise<void>;
}

export class BothCursor implements PostingCursor {
  current: IndexHit | undefined;
  readonly #parts: PostingCursor[];
  readonly #descending: boolean;
  #pending: PostingCursor[] = [];
  #isOrdered = false;

  constructor(parts: readonly PostingCursor[], descending: boolean) {
    this.#parts = [...parts];
    this.#descending = descending;
  }

  get known(): Uint8Array | undefined {
    if (this.#parts.some(({ known }) => known === undefined)) return undefined;
    return knownOf(this.#parts, !this.#descending);
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    if (!this.#isOrdered && !this.#order(bound, isBehind)) return false;
    const [lead, ...others] = this.#parts as [PostingCursor, ...PostingCursor[]];
    let [leadBound, leadBehind] = [bound, isBehind];
    for (;;) {
      this.current = undefined;
      this.#pending = [];
      if (!lead.reach(leadBound, leadBehind)) return this.#waitFor(lead);
      const at = lead.current;
      if (at === undefined) return true;
      let { low, high } = at;
      let ahead: Uint8Array | undefined;
      for (const other of others) {
        if (!other.reach(at.block, false)) {
          this.#pending.push(other);
          continue;
        }
        const hit = other.current;
        if (hit === undefined) return true;
        if (Buffer.compare(hit.block, at.block) !== 0) {
          ahead = furthest(ahead, hit.block, this.#descending);
          continue;
        }
        low &= hit.low;
        high &= hit.high;
      }
      // One that is ahead already makes the pages at this block needless.
      if (ahead === undefined && this.#pending.length > 0) return false;
      if (ahead === undefined && (low | high) !== 0) {
        this.current = { block: at.block, low: low >>> 0, high: high >>> 0 };
        return true;
      }
      leadBound = ahead ?? at.block;
      leadBehind = ahead === undefined;
    }
  }

  async fetch(): Promise<void> {
    await fetchAll(this.#pending);
  }

  async close(): Promise<void> {
    for (const part of this.#parts) await part.close();
  }

  /** The one whose first page reaches furthest names the fewest: it leads. */
  #order(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    this.#pending = this.#parts.filter((part) => !part.reach(bound, isBehind));
    if (this.#pending.length > 0) return false;
    this.#parts.sort((one, other) => {
      if (one.known === undefined || other.known === undefined) {
        return Number(other.known === undefined) - Number(one.known === undefined);
      }
      return Buffer.compare(other.known, one.known) * (this.#descending ? -1 : 1);
    });
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

  get known(): Uint8Array | undefined {
    return knownOf(this.#parts, this.#descending);
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

  get known(): Uint8Array | undefined {
    return this.#base.known;
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

function knownOf(parts: readonly PostingCursor[], furthestUp: boolean): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (const { known } of parts) {
    if (known !== undefined) found = furthest(found, known, !furthestUp);
  }
  return found;
}

/** The larger of two block keys; the smaller one where the search descends. */
function furthest(one: Uint8Array | undefined, other: Uint8Array, descending: boolean): Uint8Array {
  if (one === undefined) return other;
  return Buffer.compare(one, other) < 0 === descending ? one : other;
}
