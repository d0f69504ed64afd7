/**
 * What the index holds of each block of a segment, summed over all entries (`block-digest.ts`).
 *
 *   outlines ─▶ a row of sums for each block of each group
 *   all other entries, in whatever order they lie ─▶ the rows of their group
 *   rows of one block ─▶ its digest: those that say the same count once
 *
 * Entries that are not what was written, or of no group, say nothing: the block lacks them, and its digest tells.
 *
 * Memory: some 80 bytes a block of the segment; where there are more blocks than are held, the segment is walked several
 * times, a share of its slices at a time.
 */
import { crc32 } from 'node:zlib';
import type { IndexedBlock } from '../../core/index.ts';
import { BLOCK_KEY_BYTES } from '../block/block-key.ts';
import { digestText, firstHash, HASH_OF_OUTLINE, hashOfMarks, secondHash } from './block-digest.ts';
import { forEachBlock, lowBits } from './block-positions.ts';
import { checkedLength, GROUP_KEY_BYTES } from './checked-entry.ts';
import { GroupOutline } from './group-outline.ts';
import { hashBytes, KeyTable } from './key-table.ts';
import { LATENCY_MARK_BYTES } from './latency-marks.ts';
import type { LevelFolder } from './level-folder.ts';
import { marksEnd } from './position-marks.ts';
import {
  FORMAT_KEY,
  LATENCIES_PREFIX,
  OUTLINE_PREFIX,
  POSTING_FIELDS,
  prefixEnd,
  SESSIONS_PREFIX,
} from './posting-fields.ts';
import { SESSION_MARK_BYTES } from './session-marks.ts';

/** Blocks whose sums are held at once, 80 MB. */
const MAX_BLOCKS_HELD = 1024 * 1024;
/** Shares that a segment is walked in at most; a slice is never cut. */
const MAX_PARTS = 4096;
const PAGE_ENTRIES = 1024;
const PAGE_BYTES = 1024 * 1024;
const PAGE_BLOCKS = 1024;
const SLICE_BYTES = 4;
const NUMBERS_A_ROW = 4;

/** A share of the slices: those whose hash leaves `rest` when divided by `parts`, a power of two. */
interface Part {
  readonly parts: number;
  readonly rest: number;
}

/** Each block of the segment once, with its digest. */
export async function* blockDigests(
  folder: LevelFolder,
  maxBlocksHeld = MAX_BLOCKS_HELD,
): AsyncGenerator<readonly IndexedBlock[]> {
  const open: Part[] = [{ parts: 1, rest: 0 }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const sums = new GroupSums(part);
    if (!(await addOutlines(folder, sums, part.parts < MAX_PARTS ? maxBlocksHeld : Number.POSITIVE_INFINITY))) {
      const { parts, rest } = part;
      open.push({ parts: 2 * parts, rest }, { parts: 2 * parts, rest: rest + parts });
      continue;
    }
    for await (const page of entryPages(folder, FORMAT_KEY, OUTLINE_PREFIX)) {
      for (const [key, value] of page) sums.add(key, value);
    }
    let page: IndexedBlock[] = [];
    for (const block of sums.blocks()) {
      page.push(block);
      if (page.length < PAGE_BLOCKS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }
}

/** @returns false where there are more blocks than are held */
async function addOutlines(folder: LevelFolder, sums: GroupSums, maxBlocks: number): Promise<boolean> {
  for await (const page of entryPages(folder, OUTLINE_PREFIX, prefixEnd(OUTLINE_PREFIX) as Buffer)) {
    for (const [key, value] of page) sums.addOutline(key, value);
    if (sums.rows > maxBlocks) return false;
  }
  return true;
}

class GroupSums {
  readonly #part: Part;
  readonly #groups = new KeyTable(GROUP_KEY_BYTES);
  /** Of each group: its first row. */
  readonly #firstRows: number[] = [];
  readonly #blocks = new KeyTable(BLOCK_KEY_BYTES);
  /** Of each row: number of its block from 1, 0 where it was removed; postings; sums. */
  #sums = new Uint32Array(NUMBERS_A_ROW * 1024);
  rows = 0;

  constructor(part: Part) {
    this.#part = part;
  }

  addOutline(key: Buffer, value: Buffer): void {
    const groupAt = key.length - GROUP_KEY_BYTES;
    if (!this.#isOfPart(key, groupAt)) return;
    const outline = GroupOutline.read(key, value);
    if (outline === undefined || this.#groups.find(key, groupAt) !== undefined) return;
    this.#groups.numberOf(key, groupAt);
    this.#firstRows.push(this.rows);
    for (let block = 0; block < outline.blocks; block++) {
      const row = this.#addRow();
      const exchanges = outline.exchangesOf(block);
      if (exchanges === 0) continue;
      this.#sums[NUMBERS_A_ROW * row] = this.#blocks.numberOf(outline.keyOf(block)) + 1;
      this.#addTo(row, HASH_OF_OUTLINE, lowBits(exchanges), lowBits(exchanges - 32));
    }
  }

  /** Adds a posting, or marks. */
  add(key: Buffer, value: Buffer): void {
    const groupAt = key.length - GROUP_KEY_BYTES;
    if (!this.#isOfPart(key, groupAt)) return;
    const group = this.#groups.find(key, groupAt);
    const length = group === undefined ? undefined : checkedLength(key, value);
    if (group === undefined || length === undefined) return;
    const first = this.#firstRows[group] as number;
    const end = this.#firstRows[group + 1] ?? this.rows;
    const prefix = key.subarray(0, groupAt);
    const field = key[0];
    if (field === POSTING_FIELDS.sessions) {
      this.#addMarks(SESSIONS_PREFIX, SESSION_MARK_BYTES, value.subarray(0, length), first, end);
    } else if (field === POSTING_FIELDS.latencies) {
      this.#addMarks(LATENCIES_PREFIX, LATENCY_MARK_BYTES, value.subarray(0, length), first, end);
    } else {
      const prefixHash = crc32(prefix);
      forEachBlock(value, 0, length, (block, low, high) => {
        if (first + block < end) this.#addTo(first + block, prefixHash, low, high);
      });
    }
  }

  *blocks(): Generator<IndexedBlock> {
    const digests = new Array<string>(this.#blocks.size);
    for (let row = 0; row < this.rows; row++) {
      const at = NUMBERS_A_ROW * row;
      const number = (this.#sums[at] as number) - 1;
      if (number < 0) continue;
      const digest = digestText(
        this.#sums[at + 1] as number,
        this.#sums[at + 2] as number,
        this.#sums[at + 3] as number,
      );
      const other = digests[number];
      // Groups that differ over a block: no digest of documents has a comma.
      digests[number] = other === undefined || other === digest ? digest : `${other},${digest}`;
    }
    for (let number = 0; number < digests.length; number++) {
      yield { block: this.#blocks.keyOf(number), digest: digests[number] as string };
    }
  }

  #isOfPart(key: Buffer, groupAt: number): boolean {
    if (groupAt < 2) return false;
    const { parts, rest } = this.#part;
    return parts === 1 || (hashBytes(key, groupAt, SLICE_BYTES) & (parts - 1)) === rest;
  }

  #addMarks(prefix: Buffer, width: number, marks: Buffer, first: number, end: number): void {
    let at = 0;
    for (let row = first; row < end && at < marks.length; row++) {
      const next = marksEnd(marks, at, width);
      if (marks[at] !== 0) this.#addTo(row, hashOfMarks(prefix, marks.subarray(at, next)), 0, 0);
      at = next;
    }
  }

  #addTo(row: number, prefixHash: number, low: number, high: number): void {
    const at = NUMBERS_A_ROW * row;
    const sums = this.#sums;
    (sums[at + 1] as number) += 1;
    (sums[at + 2] as number) += firstHash(prefixHash, low, high);
    (sums[at + 3] as number) += secondHash(prefixHash, low, high);
  }

  #addRow(): number {
    if (NUMBERS_A_ROW * (this.rows + 1) > this.#sums.length) {
      const larger = new Uint32Array(2 * this.#sums.length);
      larger.set(this.#sums);
      this.#sums = larger;
    }
    return this.rows++;
  }
}

/** Entries behind one key and before another. */
async function* entryPages(
  folder: LevelFolder,
  behind: Buffer,
  before: Buffer,
): AsyncGenerator<readonly [Buffer, Buffer][]> {
  const iterator = folder.iterator({ gt: behind, lt: before, fillCache: false, highWaterMarkBytes: PAGE_BYTES });
  try {
    for (;;) {
      const page = (await iterator.nextv(PAGE_ENTRIES)) as [Buffer, Buffer][];
      if (page.length === 0) return;
      yield page;
    }
  } finally {
    await iterator.close();
  }
}
