/**
 * The buckets of HdrHistogram: single µs at first, then each power of two is cut into equally many, so that a bucket is
 * never wider than a fixed share of its values.
 *
 *     bits = 2:   0 1 2 3 4 5 6 7 | 8 10 12 14 | 16 20 24 28 | 32 40 …
 *     index       0           7     8       11   12       15   16
 *
 * `bits` decides the share: 10 (0.1 %) is what HdrHistogram calls 3 significant digits, 7 (0.8 %) 2 digits. Counting is a
 * shift and an addition here, as values fit in 32 bits. Source: HdrHistogram, `countsArrayIndex`.
 */
import type { Micros } from '../../core/index.ts';

/** Longer ones count as this: one hour. */
export const MAX_MICROS: Micros = 3_600_000_000;

export type BucketBits = 5 | 6 | 7 | 10;

/** @returns whole µs, 0–{@link MAX_MICROS}; what is no number counts as 0 */
export function wholeMicros(micros: Micros): Micros {
  if (!(micros > 0)) return 0;
  return micros < 3_600_000_000 ? (micros + 0.5) >>> 0 : 3_600_000_000;
}

/** @param micros whole, 0–{@link MAX_MICROS} */
export function bucketOf(micros: Micros, bits: BucketBits): number {
  const shift = 31 - Math.clz32(micros) - bits;
  return shift <= 0 ? micros : (shift << bits) + (micros >>> shift);
}

/** The longest that falls into a bucket, which is what is told of it. */
export function highestIn(bucket: number, bits: BucketBits): Micros {
  if (bucket < 2 << bits) return bucket;
  const shift = (bucket >>> bits) - 1;
  return (bucket - (shift << bits) + 1) * 2 ** shift - 1;
}

/** Buckets up to {@link MAX_MICROS}. */
export function bucketCount(bits: BucketBits): number {
  return bucketOf(MAX_MICROS, bits) + 1;
}

/** How many values have to be passed for the percentile, 1 at least; arithmetic that ends a hair above a whole number is that number. */
export function rankOf(percent: number, count: number): number {
  return Math.max(1, Math.ceil(((percent * count) / 100) * (1 - 1e-14)));
}
