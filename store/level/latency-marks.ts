/**
 * Latencies as marks: a range of latencies is many values, each of which nearly every block has.
 *
 *     mark  1   2   …   10  …  17      18  …    250
 *     from  0   1       2      3.75    4 µs     36 min and longer: eight an octave
 *
 * A range takes in the marks at both of its ends: at most 12.5 % too much.
 */
import type { Micros } from '../../core/index.ts';

const LAST_OCTAVE = 30;
const MARKS_AN_OCTAVE = 8;
export const LATENCY_MARK_BYTES = 1;
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
