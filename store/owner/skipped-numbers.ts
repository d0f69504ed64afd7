/**
 * Numbers of blocks that were given out and never written, because their process was killed or could not write: they do
 * not count as lost. Property `skipped/WRITER`, written by that writer alone: JSON, `[[first, last], …]` in order.
 */
import type { DataLayer } from '../../core/index.ts';

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** Each unclean end leaves a few. Beyond it those that lie nearest to each other become one. */
const MAX_RANGES = 1000;
const PREFIX = 'skipped/';

/** @returns in order */
export async function readSkipped(data: DataLayer, writer: number): Promise<readonly NumberRange[]> {
  const bytes = await data.readProperty(`${PREFIX}${writer}`);
  if (bytes === undefined) return [];
  try {
    const ranges = JSON.parse(Buffer.from(bytes).toString()) as readonly (readonly [number, number])[];
    return ranges.map(([first, last]) => ({ first, last }));
  } catch {
    return []; // damaged: they count as lost from here on
  }
}

/** @param ranges in order, behind those that were noted before */
export async function noteSkipped(data: DataLayer, writer: number, ranges: readonly NumberRange[]): Promise<void> {
  if (ranges.length === 0) return;
  const known = await readSkipped(data, writer);
  // A recovery that was killed itself finds the same again.
  const fresh = ranges.filter(({ first, last }) => !known.some((one) => one.first <= first && last <= one.last));
  if (fresh.length === 0) return;
  const all = bounded([...known, ...fresh]).map(({ first, last }) => [first, last]);
  await data.writeProperty(`${PREFIX}${writer}`, Buffer.from(JSON.stringify(all)));
}

/** What of a range is in none of the skipped ones. */
export function* withoutSkipped(range: NumberRange, skipped: readonly NumberRange[]): Generator<NumberRange> {
  let { first } = range;
  for (const hole of skipped) {
    if (hole.last < first) continue;
    if (hole.first > range.last) break;
    if (hole.first > first) yield { first, last: hole.first - 1 };
    first = hole.last + 1;
  }
  if (first <= range.last) yield { first, last: range.last };
}

function bounded(ranges: readonly NumberRange[]): readonly NumberRange[] {
  if (ranges.length <= MAX_RANGES) return ranges;
  const gaps = ranges.slice(1).map(({ first }, at) => ({ at, gap: first - (ranges[at] as NumberRange).last }));
  gaps.sort((one, other) => one.gap - other.gap);
  const closed = new Set(gaps.slice(0, ranges.length - MAX_RANGES).map(({ at }) => at));
  const joined: NumberRange[] = [];
  for (const [at, range] of ranges.entries()) {
    const before = joined.at(-1);
    if (before !== undefined && closed.has(at - 1)) joined[joined.length - 1] = { ...before, last: range.last };
    else joined.push(range);
  }
  return joined;
}
