/** Plan → cursor, with an iterator for each of its terms. */
import { decodeBlockKey, sliceStartKey } from '../block/block-key.ts';
import { sliceOf } from '../block/time-slice.ts';
import { type GroupPositions, keepListed, lowBits } from './block-positions.ts';
import { checkedLength } from './checked-entry.ts';
import { BothCursor, EitherCursor, ExceptCursor, type GroupCursor } from './group-cursor.ts';
import { GroupOutline } from './group-outline.ts';
import { LATENCY_MARK_BYTES } from './latency-marks.ts';
import type { LevelFolder } from './level-folder.ts';
import { keepMarked } from './position-marks.ts';
import { LATENCIES_PREFIX, OUTLINE_PREFIX, SESSIONS_PREFIX } from './posting-fields.ts';
import type { PostingPlan } from './posting-plan.ts';
import { FIRST_SESSION_MARK, LAST_SESSION_MARK, SESSION_MARK_BYTES } from './session-marks.ts';
import { type CursorRange, type FolderSnapshot, type KeepNamed, TermCursor } from './term-cursor.ts';

/** Iterators open for one search; a query of more conditions is answered by reading. */
const MAX_TERMS = 128;

/** @returns undefined where the plan has too many terms */
export function openCursor(
  folder: LevelFolder,
  snapshot: FolderSnapshot,
  plan: PostingPlan,
  range: CursorRange,
): GroupCursor | undefined {
  if (countTerms(plan) > MAX_TERMS) return undefined;
  const open = (prefix: Buffer, within: CursorRange, keepNamed: KeepNamed): GroupCursor =>
    new TermCursor(folder, snapshot, prefix, within, keepNamed);
  return toCursor(open, plan, range);
}

function countTerms(plan: PostingPlan): number {
  switch (plan.kind) {
    case 'term':
    case 'session':
    case 'latency':
    case 'blocks':
      return 1;
    case 'both':
    case 'either':
      return plan.parts.reduce((sum, part) => sum + countTerms(part), 0);
    case 'except':
      return countTerms(plan.base) + countTerms(plan.gone);
    default:
      return plan satisfies never;
  }
}

type OpenTerm = (prefix: Buffer, range: CursorRange, keepNamed: KeepNamed) => GroupCursor;

function toCursor(open: OpenTerm, plan: PostingPlan, range: CursorRange): GroupCursor {
  switch (plan.kind) {
    case 'term':
      return open(plan.prefix, range, keepPosted);
    case 'session': {
      const { mark } = plan;
      const [first, last] = mark === undefined ? [FIRST_SESSION_MARK, LAST_SESSION_MARK] : [mark, mark];
      return open(SESSIONS_PREFIX, range, keepWithin(SESSION_MARK_BYTES, first, last));
    }
    case 'latency':
      return open(LATENCIES_PREFIX, range, keepWithin(LATENCY_MARK_BYTES, plan.from, plan.to));
    case 'blocks': {
      const { firstAt, lastAt } = plan;
      const around = narrowed(range, sliceStartKey(sliceOf(firstAt)), sliceStartKey(sliceOf(lastAt) + 1));
      return open(OUTLINE_PREFIX, around, keepBetween(firstAt, lastAt));
    }
    case 'both':
      return new BothCursor(plan.parts.map((part) => toCursor(open, part, range)));
    case 'either':
      return new EitherCursor(
        plan.parts.map((part) => toCursor(open, part, range)),
        range.descending,
      );
    case 'except':
      return new ExceptCursor(toCursor(open, plan.base, range), toCursor(open, plan.gone, range));
    default:
      return plan satisfies never;
  }
}

function keepPosted(key: Buffer, value: Buffer, left: GroupPositions): void {
  const length = checkedLength(key, value);
  if (length === undefined) left.clear();
  else keepListed(value, 0, length, left);
}

function keepWithin(width: number, from: number, to: number): KeepNamed {
  return (key, value, left) => {
    const length = checkedLength(key, value);
    if (length === undefined) left.clear();
    else keepMarked(value, length, width, from, to, left);
  };
}

function keepBetween(firstAt: number, lastAt: number): KeepNamed {
  const isAlways = firstAt === Number.NEGATIVE_INFINITY && lastAt === Number.POSITIVE_INFINITY;
  return (key, value, left) => {
    const outline = GroupOutline.read(key, value);
    for (let block = 0; block < left.blocks; block++) {
      const exchanges = outline?.exchangesOf(block) ?? 0;
      const blockKey = isAlways || exchanges === 0 ? undefined : decodeBlockKey((outline as GroupOutline).keyOf(block));
      const isOutside = blockKey !== undefined && (blockKey.lastAt < firstAt || blockKey.firstAt > lastAt);
      if (isOutside) left.keep(block, 0, 0);
      else left.keep(block, lowBits(exchanges), lowBits(exchanges - 32));
    }
  };
}

function narrowed(range: CursorRange, from: Uint8Array, to: Uint8Array): CursorRange {
  return {
    from: range.from !== undefined && Buffer.compare(range.from, from) > 0 ? range.from : from,
    to: range.to !== undefined && Buffer.compare(range.to, to) < 0 ? range.to : to,
    descending: range.descending,
  };
}
