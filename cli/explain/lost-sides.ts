/**
 * Which gap may hold the side that a lone exchange lacks: an answer is lost in the next gap of its direction after the
 * request, a request in the gap of its direction nearest in time to the answer. A guess, and told as one.
 */
import type { Direction } from '../../core/index.ts';
import type { TracedExchange, TracedGap } from './flow-trace.ts';

/** Reasons that the parser gives where bytes are missing. */
const LOST: ReadonlySet<string> = new Set(['gap', 'request-not-seen']);

/** @returns for gaps that may hold a side: the places of the exchanges that lack it */
export function lostSides(
  gaps: readonly TracedGap[],
  exchanges: readonly TracedExchange[],
): ReadonlyMap<TracedGap, readonly number[]> {
  const found = new Map<TracedGap, number[]>();
  const byDirection = [0, 1].map((direction) =>
    gaps.filter((gap) => gap.direction === direction).sort((one, other) => one.at - other.at),
  );
  for (const [index, { outcome, reason, messages, at }] of exchanges.entries()) {
    const [message] = messages;
    const isLone = outcome === 'request-only' || outcome === 'response-only';
    if (message === undefined || !isLone || !LOST.has(reason)) continue;
    const candidates = byDirection[(1 - message.direction) as Direction] ?? [];
    const next = firstSince(candidates, at);
    const gap = outcome === 'request-only' ? candidates[next] : nearest(candidates[next - 1], candidates[next], at);
    if (gap === undefined) continue;
    const places = found.get(gap);
    if (places === undefined) found.set(gap, [index]);
    else places.push(index);
  }
  return found;
}

function firstSince(gaps: readonly TracedGap[], at: number): number {
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((gaps[middle] as TracedGap).at >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nearest(before: TracedGap | undefined, after: TracedGap | undefined, at: number): TracedGap | undefined {
  if (before === undefined || after === undefined) return before ?? after;
  return at - before.at < after.at - at ? before : after;
}
