/**
 * One direction of a flow as runs of bytes, each with what it became:
 *
 *     0        78            156      1,616     1,700
 *     | request | request      | gap   | request | discarded
 *     | #1 head | #2 head body |       | #2 body | framing-lost
 *
 * Made of what the parser told: messages, discarded ranges and gaps. Where it was told right, the runs follow each other
 * without overlap and without a byte between them.
 */
import type { ByteCount, Direction, StreamOffset } from '../../core/index.ts';
import type { FlowTrace } from './flow-trace.ts';

export interface ByteRange {
  readonly offset: StreamOffset;
  readonly byteCount: ByteCount;
  readonly became: 'request' | 'response' | 'interim' | 'discarded' | 'gap' | 'unplaced';
  readonly part: 'head' | 'body' | '';
  /** Place of its exchange in the flow's list; -1 where it belongs to none. */
  readonly exchange: number;
  /** Of the message it is a run of: where that begins and ends in the stream; its own ends where it is of none. */
  readonly messageStart: StreamOffset;
  readonly messageEnd: StreamOffset;
  /** Why it was discarded or is missing. */
  readonly reason: string;
}

/** @returns the runs of one direction, in order */
export function mapBytes(trace: FlowTrace, direction: Direction): readonly ByteRange[] {
  const gaps = trace.gaps
    .filter((gap) => gap.direction === direction)
    .map(({ offset, byteCount, reason }) => rangeOfNone(offset, byteCount, 'gap', reason))
    .sort(byOffset);
  const others = [...messageRanges(trace, direction), ...discardRanges(trace, direction)].sort(byOffset);
  return merge(others, gaps);
}

/** @returns the runs of `[offset, end)`, cut to it, with `unplaced` where nothing was told */
export function rangesWithin(map: readonly ByteRange[], offset: StreamOffset, end: StreamOffset): readonly ByteRange[] {
  const found: ByteRange[] = [];
  let at = offset;
  for (let i = firstEndingAfter(map, offset); i < map.length && at < end; i++) {
    const range = map[i] as ByteRange;
    if (range.offset >= end) break;
    if (range.offset > at) found.push(rangeOfNone(at, range.offset - at, 'unplaced', ''));
    const from = Math.max(at, range.offset);
    const to = Math.min(end, range.offset + range.byteCount);
    if (to > from) found.push({ ...range, offset: from, byteCount: to - from });
    at = Math.max(at, to);
  }
  if (at < end) found.push(rangeOfNone(at, end - at, 'unplaced', ''));
  return found;
}

function messageRanges(trace: FlowTrace, direction: Direction): ByteRange[] {
  return trace.exchanges.flatMap(({ messages }, exchange) =>
    messages
      .filter((message) => message.direction === direction)
      .flatMap(({ side, offset, byteCount, headByteCount }) => {
        const head = Math.min(headByteCount, byteCount);
        const shared = {
          became: side,
          exchange,
          messageStart: offset,
          messageEnd: offset + byteCount,
          reason: '',
        } as const;
        return [
          { ...shared, offset, byteCount: head, part: 'head' as const },
          { ...shared, offset: offset + head, byteCount: byteCount - head, part: 'body' as const },
        ];
      }),
  );
}

function discardRanges(trace: FlowTrace, direction: Direction): ByteRange[] {
  return trace.discards
    .filter((discard) => discard.direction === direction)
    .map(({ offset, byteCount, reason }) => rangeOfNone(offset, byteCount, 'discarded', reason));
}

/** Gaps go before everything else: a message goes over the bytes that it lacks. */
function merge(others: readonly ByteRange[], gaps: readonly ByteRange[]): ByteRange[] {
  const merged: ByteRange[] = [];
  let at = Number.NEGATIVE_INFINITY;
  const add = (range: ByteRange, until: StreamOffset) => {
    const from = Math.max(range.offset, at);
    const to = Math.min(range.offset + range.byteCount, until);
    if (to <= from) return;
    merged.push({ ...range, offset: from, byteCount: to - from });
    at = to;
  };
  let next = 0;
  for (const range of others) {
    const end = range.offset + range.byteCount;
    for (let gap = gaps[next]; gap !== undefined && gap.offset < end; gap = gaps[next]) {
      add(range, gap.offset);
      add(gap, Number.POSITIVE_INFINITY);
      next++;
    }
    add(range, Number.POSITIVE_INFINITY);
  }
  for (const gap of gaps.slice(next)) add(gap, Number.POSITIVE_INFINITY);
  return merged;
}

/** @param runs in order, without overlap; @returns the place of the first one that reaches behind `offset` */
export function firstEndingAfter(
  runs: readonly { readonly offset: StreamOffset; readonly byteCount: ByteCount }[],
  offset: StreamOffset,
): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = runs[middle] as ByteRange;
    if (range.offset + range.byteCount > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function rangeOfNone(
  offset: StreamOffset,
  byteCount: ByteCount,
  became: 'discarded' | 'gap' | 'unplaced',
  reason: string,
): ByteRange {
  return {
    offset,
    byteCount,
    became,
    part: '',
    exchange: -1,
    messageStart: offset,
    messageEnd: offset + byteCount,
    reason,
  };
}

function byOffset(one: ByteRange, other: ByteRange): number {
  return one.offset - other.offset;
}
