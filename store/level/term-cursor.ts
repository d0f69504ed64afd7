/** Cursor over the entries of one prefix: postings of a value, session marks, outlines. */
import type { IndexHit } from '../../core/index.ts';
import type { LevelFolder } from './level-folder.ts';
import { countBits } from './posting.ts';
import type { PostingCursor } from './posting-cursor.ts';
import { prefixEnd } from './posting-fields.ts';

/** An entry to its hit; undefined for one that names nothing, or is damaged. */
export type DecodeHit = (block: Buffer, value: Buffer) => IndexHit | undefined;

export interface CursorRange {
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
  readonly descending: boolean;
}

const FIRST_PAGE_ENTRIES = 16;
const PAGE_ENTRIES_BEHIND_SEEK = 4;
const MAX_PAGE_ENTRIES = 512;
/** A page of which fewer than one in so many was of use is skipped by a seek the next time. */
const SEEK_BELOW = 4;

export class TermCursor implements PostingCursor {
  current: IndexHit | undefined;
  weight = 0;
  readonly #prefix: Buffer;
  readonly #range: CursorRange;
  readonly #decode: DecodeHit;
  readonly #iterator: ReturnType<LevelFolder['iterator']>;
  #page: readonly [Buffer, Buffer][] = [];
  #next = 0;
  #pageEntries = FIRST_PAGE_ENTRIES;
  /** Entries of this page that were stopped at, or passed without a target. */
  #used = 0;
  #target: Uint8Array | undefined;
  #ended = false;
  #pagesRead = 0;

  constructor(folder: LevelFolder, prefix: Buffer, range: CursorRange, decode: DecodeHit) {
    this.#prefix = prefix;
    this.#range = range;
    this.#decode = decode;
    const end = range.to === undefined ? prefixEnd(prefix) : Buffer.concat([prefix, range.to]);
    this.#iterator = folder.iterator({
      gte: range.from === undefined ? prefix : Buffer.concat([prefix, range.from]),
      ...(end === undefined ? {} : { lt: end }),
      reverse: range.descending,
    });
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    const { current } = this;
    if (current !== undefined && (bound === undefined || this.#isAt(current.block, bound, isBehind))) return true;
    this.current = undefined;
    let passed: Buffer | undefined;
    while (this.#next < this.#page.length) {
      const [key, value] = this.#page[this.#next++] as [Buffer, Buffer];
      const block = key.subarray(this.#prefix.length);
      if (bound !== undefined && !this.#isAt(block, bound, isBehind)) continue;
      this.#used++;
      const hit = this.#decode(block, value);
      if (hit !== undefined) {
        this.current = hit;
        return true;
      }
      passed = block;
    }
    // Who asked learns that there is nothing so far, and may know that the rest is not needed.
    if (passed !== undefined) this.current = { block: passed, low: 0, high: 0 };
    if (passed !== undefined || this.#ended) return true;
    this.#target = bound;
    return false;
  }

  async fetch(): Promise<void> {
    const isFirst = this.#pagesRead++ === 0;
    const wasOfUse = this.#used * SEEK_BELOW >= this.#page.length;
    if (this.#target !== undefined && (isFirst || !wasOfUse) && this.#isWithin(this.#target)) {
      this.#iterator.seek(Buffer.concat([this.#prefix, this.#target]));
      if (!isFirst) this.#pageEntries = PAGE_ENTRIES_BEHIND_SEEK;
    }
    this.#page = (await this.#iterator.nextv(this.#pageEntries)) as [Buffer, Buffer][];
    this.#next = 0;
    this.#used = 0;
    this.#ended = this.#page.length === 0;
    if (isFirst && this.#page.length === FIRST_PAGE_ENTRIES) this.weight = this.#weigh();
    this.#pageEntries = Math.min(this.#pageEntries * 2, MAX_PAGE_ENTRIES);
  }

  close(): Promise<void> {
    return this.#iterator.close();
  }

  #weigh(): number {
    let named = this.#page.length;
    for (const [key, value] of this.#page) {
      const hit = this.#decode(key.subarray(this.#prefix.length), value);
      if (hit !== undefined) named += countBits(hit.low) + countBits(hit.high);
    }
    const slices = this.#page.map(([key]) => sliceOfKey(key.subarray(this.#prefix.length)));
    return named / (Math.max(...slices) - Math.min(...slices) + 1);
  }

  /** LevelDB takes a seek to before the first entry of a range for one to its end. */
  #isWithin(target: Uint8Array): boolean {
    const { from, to, descending } = this.#range;
    if (descending) return to === undefined || Buffer.compare(target, to) < 0;
    return from === undefined || Buffer.compare(target, from) >= 0;
  }

  #isAt(block: Uint8Array, bound: Uint8Array, isBehind: boolean): boolean {
    const order = this.#range.descending ? Buffer.compare(bound, block) : Buffer.compare(block, bound);
    return isBehind ? order > 0 : order >= 0;
  }
}

/** The slice that a block's key begins with. */
function sliceOfKey(block: Buffer): number {
  return block.length < 4 ? 0 : block.readUInt32BE(0);
}
