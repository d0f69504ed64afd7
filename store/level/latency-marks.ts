/**
 * Latencies of a block in one entry: a range of latencies is many values, each of which nearly every block has.
 *
 *     +-------+----------------+
 *     | count | marks, u8 each |    one a position, 0 where there is no latency; a single one where all are equal
 *     | u8    |                |
 *     +-------+----------------+
 *
 *     mark  1   2   …   10  …  17      18  …    250
 *     from  0   1       2      3.75    4 µs     36 min and longer: eight an octave
 *
 * A range takes in the marks at both of its ends: at most 12.5 % too much.
 */
import type { IndexDocument, Micros } from '../../core/index.ts';

const LAST_OCTAVE = 30;
const MARKS_AN_OCTAVE = 8;
export const FIRST_LATENCY_MARK = 1;
export const LAST_LATENCY_MARK = 2 + MARKS_AN_OCTAVE * (LAST_OCTAVE + 1);

/** Rises with the latency. */
export function latencyMark(micros: Micros): number {
  if (!(micros >= 1)) return FIRST_LATENCY_MARK;
  if (micros >= 2 ** (LAST_OCTAVE + 1)) return LAST_LATENCY_MARK;
  const octave = 31 - Math.clz32(micros);
  const start = 2 ** octave;
  return 2 + MARKS_AN_OCTAVE * octave + Math.floor(((micros - start) * MARKS_AN_OCTAVE) / start);
}

/** @returns undefined where no document has a latency */
export function encodeLatencyMarks(documents: readonly IndexDocument[]): Buffer | undefined {
  const count = documents.length;
  const marks = Buffer.allocUnsafe(1 + count);
  marks[0] = count;
  let isSame = true;
  for (let position = 0; position < count; position++) {
    const { latencyMicros } = documents[position] as IndexDocument;
    const mark = latencyMicros === undefined ? 0 : latencyMark(latencyMicros);
    marks[1 + position] = mark;
    if (mark !== marks[1]) isSame = false;
  }
  if (!isSame) return marks;
  return count === 0 || marks[1] === 0 ? undefined : marks.subarray(0, 2);
}

/** Positions with a mark from `from` to `to`; undefined where there is none, or for other bytes. */
export function positionsWithin(
  marks: Uint8Array,
  from: number,
  to: number,
): { low: number; high: number } | undefined {
  const count = marks[0] ?? 0;
  const isSame = marks.length === 2;
  if (count > 64 || (marks.length !== 1 + count && !isSame)) return undefined;
  let [low, high] = [0, 0];
  for (let position = 0; position < count; position++) {
    const mark = marks[isSame ? 1 : 1 + position] as number;
    if (mark < from || mark > to) continue;
    if (position < 32) low |= 1 << position;
    else high |= 1 << (position - 32);
  }
  return (low | high) === 0 ? undefined : { low: low >>> 0, high: high >>> 0 };
}
