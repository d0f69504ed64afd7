/**
 * Latencies by half octaves, so that few are distinct and a range names few of them:
 *
 *   bucket  0   1   2      3   4       5   …   62
 *   from    0   1   1.4    2   2.8 µs  4   …   36 min and longer
 *
 * A range takes in the buckets at both of its ends: at most 41 % too much.
 */
import type { Micros } from '../../core/index.ts';

const LAST_OCTAVE = 30;
export const LAST_BUCKET = 2 * LAST_OCTAVE + 2;
/** Where the upper half of an octave begins. */
const HALVES = Array.from({ length: LAST_OCTAVE + 1 }, (_, octave) => 2 ** (octave + 0.5));

export function latencyBucket(micros: Micros): number {
  if (!(micros >= 1)) return 0;
  const octave = micros >= 2 ** (LAST_OCTAVE + 1) ? LAST_OCTAVE : 31 - Math.clz32(micros);
  return 1 + 2 * octave + (micros >= (HALVES[octave] as number) ? 1 : 0);
}
