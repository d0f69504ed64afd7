/**
 * Cursor → hits, in the order of the block keys.
 *
 *   cursor ─▶ a group and positions in it ─▶ its outline: the keys of its blocks ─▶ hits of the slice, sorted ─▶ pages
 *
 * Groups of one slice lie in no order, so a slice is held until its last group. A block that is in two groups leaves once.
 */
import type { IndexHit } from '../../core/index.ts';
import { GroupPositions } from './block-positions.ts';
import { blocksOf } from './checked-entry.ts';
import type { GroupCursor } from './group-cursor.ts';
import { GroupOutline } from './group-outline.ts';
import type { LevelFolder } from './level-folder.ts';
import { OUTLINE_PREFIX } from './posting-fields.ts';
import { type CursorRange, type FolderSnapshot, TermCursor } from './term-cursor.ts';

const PAGE_HITS = 128;
const SLICE_BYTES = 4;

/** Hits in pages that are never empty. @param cursor closed by who opened it */
export async function* searchGroups(
  folder: LevelFolder,
  snapshot: FolderSnapshot,
  cursor: GroupCursor,
  range: CursorRange,
): AsyncGenerator<readonly IndexHit[]> {
  let outlines: TermCursor | undefined;
  const named = new GroupPositions();
  let slice = new SliceHits(range);
  let page: IndexHit[] = [];
  let bound: Uint8Array | undefined;
  try {
    for (;;) {
      while (!cursor.reach(bound, bound !== undefined)) await cursor.fetch();
      const group = cursor.current;
      if (group === undefined) break;
      if (bound !== undefined && Buffer.compare(sliceOf(bound), sliceOf(group)) !== 0) {
        page.push(...slice.sorted());
        slice = new SliceHits(range);
        if (page.length >= PAGE_HITS) {
          yield page;
          page = [];
        }
      }
      bound = group;
      named.fill(blocksOf(group));
      cursor.keep(named);
      if (named.isEmpty) continue;
      outlines ??= new TermCursor(folder, snapshot, OUTLINE_PREFIX, range, () => {});
      while (!outlines.reach(group, false)) await outlines.fetch();
      const { entry, current } = outlines;
      if (entry === undefined || current === undefined || Buffer.compare(current, group) !== 0) continue;
      const outline = GroupOutline.read(entry[0], entry[1]);
      if (outline !== undefined) slice.add(outline, named);
    }
    page.push(...slice.sorted());
    if (page.length > 0) yield page;
  } finally {
    await outlines?.close();
  }
}

class SliceHits {
  readonly #range: CursorRange;
  readonly #hits: IndexHit[] = [];
  #groups = 0;

  constructor(range: CursorRange) {
    this.#range = range;
  }

  add(outline: GroupOutline, named: GroupPositions): void {
    const { from, to } = this.#range;
    this.#groups++;
    for (let number = 0; number < outline.blocks; number++) {
      const [low, high] = [named.low[number] as number, named.high[number] as number];
      if ((low | high) === 0 || outline.exchangesOf(number) === 0) continue;
      const block = outline.keyOf(number);
      if (from !== undefined && Buffer.compare(block, from) < 0) continue;
      if (to !== undefined && Buffer.compare(block, to) >= 0) continue;
      this.#hits.push({ block, low: low >>> 0, high: high >>> 0 });
    }
  }

  /** In the order asked for, each block once. */
  sorted(): readonly IndexHit[] {
    const hits = this.#groups > 1 ? united(this.#hits) : this.#hits;
    return this.#range.descending ? hits.reverse() : hits;
  }
}

function united(hits: IndexHit[]): IndexHit[] {
  hits.sort((one, other) => Buffer.compare(one.block, other.block));
  const united: IndexHit[] = [];
  for (const hit of hits) {
    const last = united.at(-1);
    if (last === undefined || Buffer.compare(last.block, hit.block) !== 0) united.push(hit);
    else united[united.length - 1] = { ...last, low: (last.low | hit.low) >>> 0, high: (last.high | hit.high) >>> 0 };
  }
  return united;
}

function sliceOf(group: Uint8Array): Uint8Array {
  return group.subarray(0, SLICE_BYTES);
}
