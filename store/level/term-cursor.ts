/** Cursor over the entries of one prefix: postings of a value, marks, outlines. */
import { sliceOfKey } from './block-group.ts';
import type { GroupPositions } from './block-positions.ts';
import type { GroupCursor } from './group-cursor.ts';
import type { LevelFolder } from './level-folder.ts';
import { prefixEnd } from './posting-fields.ts';

/** Leaves of the positions those that an entry names; none of them where it is not what was written. */
export type KeepNamed = (key: Buffer, value: Buffer, left: GroupPositions) => void;

export interface CursorRange {
  /** First block key taken, and first no longer taken; slices are taken whole. */
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
  readonly descending: boolean;
}

export type FolderSnapshot = ReturnType<LevelFolder['snapshot']>;

const FIRST_PAGE_ENTRIES = 8;
const PAGE_ENTRIES_BEHIND_SEEK = 8;
const MAX_PAGE_ENTRIES = 256;
const MAX_PAGE_BYTES = 256 * 1024;
const SLICE_BYTES = 4;
/** An entry costs as much as so many bytes in one. */
const ENTRY_COST = 1024;
/** A page of which fewer than one in so many was of use is skipped by a seek the next time. */
const SEEK_BELOW = 16;

export class TermCursor implements GroupCursor {
  current: Buffer | undefined;
  weight = 0;
  readonly #prefix: Buffer;
  readonly #range: CursorRange;
  readonly #keepNamed: KeepNamed;
  readonly #iterator: ReturnType<LevelFolder['iterator']>;
  #entry: readonly [Buffer, Buffer] | undefined;
  #page: readonly [Buffer, Buffer][] = [];
  #next = 0;
  #pageEntries = FIRST_PAGE_ENTRIES;
  /** Entries of this page that were stopped at. */
  #used = 0;
  #target: Uint8Array | undefined;
  #ended = false;
  #pagesRead = 0;

  constructor(folder: LevelFolder, snapshot: FolderSnapshot, prefix: Buffer, range: CursorRange, keepNamed: KeepNamed) {
    this.#prefix = prefix;
    this.#range = range;
    this.#keepNamed = keepNamed;
    const end = range.to === undefined ? prefixEnd(prefix) : endOf(prefix, range.to);
    this.#iterator = folder.iterator({
      snapshot,
      gte: range.from === undefined ? prefix : Buffer.concat([prefix, range.from.subarray(0, SLICE_BYTES)]),
      ...(end === undefined ? {} : { lt: end }),
      reverse: range.descending,
      highWaterMarkBytes: MAX_PAGE_BYTES,
    });
  }

  /** The entry that it stands at. */
  get entry(): readonly [Buffer, Buffer] | undefined {
    return this.current && this.#entry;
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    const { current } = this;
    if (current !== undefined && (bound === undefined || this.#isAt(current, bound, isBehind))) return true;
    this.current = undefined;
    while (this.#next < this.#page.length) {
      const entry = this.#page[this.#next++] as [Buffer, Buffer];
      const group = entry[0].subarray(this.#prefix.length);
      if (bound !== undefined && !this.#isAt(group, bound, isBehind)) continue;
      this.#used++;
      this.#entry = entry;
      this.current = group;
      return true;
    }
    if (this.#ended) return true;
    this.#target = bound;
    return false;
  }

  keep(left: GroupPositions): void {
    const [key, value] = this.#entry as readonly [Buffer, Buffer];
    this.#keepNamed(key, value, left);
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
    let cost = this.#page.length * ENTRY_COST;
    for (const [, value] of this.#page) cost += value.length;
    const slices = this.#page.map(([key]) => sliceOfKey(key.subarray(this.#prefix.length)));
    return cost / (Math.max(...slices) - Math.min(...slices) + 1);
  }

  /** LevelDB takes a seek to before the first entry of a range for one to its end. */
  #isWithin(target: Uint8Array): boolean {
    const { from, to, descending } = this.#range;
    if (descending) return to === undefined || Buffer.compare(target, to) < 0;
    return from === undefined || Buffer.compare(target, from.subarray(0, SLICE_BYTES)) >= 0;
  }

  #isAt(group: Uint8Array, bound: Uint8Array, isBehind: boolean): boolean {
    const order = this.#range.descending ? Buffer.compare(bound, group) : Buffer.compare(group, bound);
    return isBehind ? order > 0 : order >= 0;
  }
}

/** Behind the groups of the slice that a block key is in; undefined where nothing can follow. */
function endOf(prefix: Buffer, to: Uint8Array): Buffer | undefined {
  const slice = Buffer.concat([prefix, to.subarray(0, SLICE_BYTES)]);
  return to.length <= SLICE_BYTES ? slice : prefixEnd(slice);
}
