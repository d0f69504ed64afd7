/**
 * Cursors over postings, in the order of the block keys, either way; they combine as the query's conditions do.
 *
 *   term    the postings of one value, read a page at a time
 *   both    blocks that all cursors name: leapfrog, the one that is behind seeks the block of the one that is ahead
 *   either  blocks that any cursor names, merged
 *
 * `current` is undefined before the first `advance` and behind the end. Memory: a page a term.
 */
import type { IndexHit } from '../../core/index.ts';
import type { LevelFolder } from './level-folder.ts';
import { decodePositions, prefixEnd } from './posting.ts';

export interface PostingCursor {
  readonly current: IndexHit | undefined;
  /** Steps to the next block, or to the first one at or behind `target` in the direction of the search. */
  advance(target?: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface CursorRange {
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
  readonly descending: boolean;
}

const FIRST_PAGE_POSTINGS = 16;
const MAX_PAGE_POSTINGS = 512;

export class TermCursor implements PostingCursor {
  current: IndexHit | undefined;
  readonly #prefix: Buffer;
  readonly #descending: boolean;
  readonly #iterator: ReturnType<LevelFolder['iterator']>;
  #page: readonly [Buffer, Buffer][] = [];
  #next = 0;
  #pagePostings = FIRST_PAGE_POSTINGS;
  #ended = false;

  constructor(folder: LevelFolder, prefix: Buffer, range: CursorRange) {
    this.#prefix = prefix;
    this.#descending = range.descending;
    const end = range.to === undefined ? prefixEnd(prefix) : Buffer.concat([prefix, range.to]);
    this.#iterator = folder.iterator({
      gte: range.from === undefined ? prefix : Buffer.concat([prefix, range.from]),
      ...(end === undefined ? {} : { lt: end }),
      reverse: range.descending,
    });
  }

  async advance(target?: Uint8Array): Promise<void> {
    if (target !== undefined && this.current !== undefined && this.#reached(this.current.block, target)) return;
    let sought = false;
    for (;;) {
      while (this.#next < this.#page.length) {
        const [key, value] = this.#page[this.#next++] as [Buffer, Buffer];
        const hit = decodePositions(key.subarray(this.#prefix.length), value);
        if (hit === undefined || (target !== undefined && !this.#reached(hit.block, target))) continue;
        this.current = hit;
        return;
      }
      this.current = undefined;
      if (this.#ended) return;
      if (target !== undefined && !sought) {
        this.#iterator.seek(Buffer.concat([this.#prefix, target]));
        sought = true;
        this.#pagePostings = FIRST_PAGE_POSTINGS;
      }
      this.#page = (await this.#iterator.nextv(this.#pagePostings)) as [Buffer, Buffer][];
      this.#next = 0;
      this.#ended = this.#page.length === 0;
      this.#pagePostings = Math.min(this.#pagePostings * 2, MAX_PAGE_POSTINGS);
    }
  }

  close(): Promise<void> {
    return this.#iterator.close();
  }

  #reached(block: Uint8Array, target: Uint8Array): boolean {
    const order = Buffer.compare(block, target);
    return this.#descending ? order <= 0 : order >= 0;
  }
}

export class BothCursor implements PostingCursor {
  current: IndexHit | undefined;
  readonly #parts: readonly PostingCursor[];
  readonly #descending: boolean;

  constructor(parts: readonly PostingCursor[], descending: boolean) {
    this.#parts = parts;
    this.#descending = descending;
  }

  async advance(target?: Uint8Array): Promise<void> {
    const [first, ...others] = this.#parts as [PostingCursor, ...PostingCursor[]];
    await first.advance(target);
    for (;;) {
      const lead = first.current;
      if (lead === undefined) break;
      let { low, high } = lead;
      let ahead: Uint8Array | undefined;
      for (const other of others) {
        await other.advance(lead.block);
        const hit = other.current;
        if (hit === undefined) {
          this.current = undefined;
          return;
        }
        if (Buffer.compare(hit.block, lead.block) !== 0) {
          ahead = furthest(ahead, hit.block, this.#descending);
          continue;
        }
        low &= hit.low;
        high &= hit.high;
      }
      if (ahead === undefined && (low | high) !== 0) {
        this.current = { block: lead.block, low: low >>> 0, high: high >>> 0 };
        return;
      }
      await first.advance(ahead);
    }
    this.current = undefined;
  }

  async close(): Promise<void> {
    for (const part of this.#parts) await part.close();
  }
}

export class EitherCursor implements PostingCursor {
  current: IndexHit | undefined;
  readonly #parts: readonly PostingCursor[];
  readonly #descending: boolean;
  #started = false;

  constructor(parts: readonly PostingCursor[], descending: boolean) {
    this.#parts = parts;
    this.#descending = descending;
  }

  async advance(target?: Uint8Array): Promise<void> {
    const last = this.current?.block;
    for (const part of this.#parts) {
      if (target !== undefined) await part.advance(target);
      else if (!this.#started || (last !== undefined && isBlock(part.current, last))) await part.advance();
    }
    this.#started = true;
    let nearest: Uint8Array | undefined;
    for (const part of this.#parts) {
      if (part.current !== undefined) nearest = furthest(nearest, part.current.block, !this.#descending);
    }
    if (nearest === undefined) {
      this.current = undefined;
      return;
    }
    let [low, high] = [0, 0];
    for (const part of this.#parts) {
      if (!isBlock(part.current, nearest)) continue;
      low |= part.current.low;
      high |= part.current.high;
    }
    this.current = { block: nearest, low: low >>> 0, high: high >>> 0 };
  }

  async close(): Promise<void> {
    for (const part of this.#parts) await part.close();
  }
}

function isBlock(hit: IndexHit | undefined, block: Uint8Array): hit is IndexHit {
  return hit !== undefined && Buffer.compare(hit.block, block) === 0;
}

/** The larger of two block keys; the smaller one where the search descends. */
function furthest(one: Uint8Array | undefined, other: Uint8Array, descending: boolean): Uint8Array {
  if (one === undefined) return other;
  return Buffer.compare(one, other) < 0 === descending ? one : other;
}
