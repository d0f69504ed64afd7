/** Plan → cursor, with an iterator for each of its terms. */
import { decodeBlockKey, sliceStartKey } from '../block/block-key.ts';
import { sliceOf } from '../block/time-slice.ts';
import { allPositions } from './block-outline.ts';
import { positionsWithin } from './latency-marks.ts';
import type { LevelFolder } from './level-folder.ts';
import { decodePositions, LATENCIES_PREFIX, OUTLINE_PREFIX, SESSIONS_PREFIX } from './posting.ts';
import { BothCursor, EitherCursor, ExceptCursor, type PostingCursor } from './posting-cursor.ts';
import type { PostingPlan } from './posting-plan.ts';
import { positionsMarked } from './session-marks.ts';
import { type CursorRange, type DecodeHit, TermCursor } from './term-cursor.ts';

/** Iterators open for one search; a query of more conditions is answered by reading. */
const MAX_TERMS = 128;

/** @returns undefined where the plan has too many terms */
export function openCursor(folder: LevelFolder, plan: PostingPlan, range: CursorRange): PostingCursor | undefined {
  return countTerms(plan) > MAX_TERMS ? undefined : toCursor(folder, plan, range);
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

function toCursor(folder: LevelFolder, plan: PostingPlan, range: CursorRange): PostingCursor {
  switch (plan.kind) {
    case 'term':
      return new TermCursor(folder, plan.prefix, range, decodePositions);
    case 'session':
      return new TermCursor(folder, SESSIONS_PREFIX, range, sessionHits(plan.mark));
    case 'latency':
      return new TermCursor(folder, LATENCIES_PREFIX, range, latencyHits(plan.from, plan.to));
    case 'blocks': {
      const { firstAt, lastAt } = plan;
      const around = narrowed(range, sliceStartKey(sliceOf(firstAt)), sliceStartKey(sliceOf(lastAt) + 1));
      return new TermCursor(folder, OUTLINE_PREFIX, around, blockHits(firstAt, lastAt));
    }
    case 'both':
      return new BothCursor(plan.parts.map((part) => toCursor(folder, part, range)));
    case 'either':
      return new EitherCursor(
        plan.parts.map((part) => toCursor(folder, part, range)),
        range.descending,
      );
    case 'except':
      return new ExceptCursor(toCursor(folder, plan.base, range), toCursor(folder, plan.gone, range));
    default:
      return plan satisfies never;
  }
}

function sessionHits(mark: number | undefined): DecodeHit {
  return (block, marks) => {
    const positions = positionsMarked(marks, mark);
    return positions && { block, ...positions };
  };
}

function latencyHits(from: number, to: number): DecodeHit {
  return (block, marks) => {
    const positions = positionsWithin(marks, from, to);
    return positions && { block, ...positions };
  };
}

function blockHits(firstAt: number, lastAt: number): DecodeHit {
  return (block, outline) => {
    const key = decodeBlockKey(block);
    if (key !== undefined && (key.lastAt < firstAt || key.firstAt > lastAt)) return undefined;
    return { block, ...allPositions(outline[0] ?? 0) };
  };
}

function narrowed(range: CursorRange, from: Uint8Array, to: Uint8Array): CursorRange {
  return {
    from: range.from !== undefined && Buffer.compare(range.from, from) > 0 ? range.from : from,
    to: range.to !== undefined && Buffer.compare(range.to, to) < 0 ? range.to : to,
    descending: range.descending,
  };
}
