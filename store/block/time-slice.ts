/** Fixed cuts of time that blocks never cross, and the segments that hold them. */
import type { Micros } from '../../core/index.ts';

/**
 * Length of a time slice, part of the format. Short enough that the keys of one are walked in a millisecond or two at
 * 10,000 exchanges/s (1,600 blocks), long enough that a quiet service's blocks still fill; its µs fit 24 bits.
 */
export const SLICE_MICROS: Micros = 10_000_000;

/** Number of a slice, counted from the epoch; fits 32 bits until the year 3331. */
export type Slice = number;

export function sliceOf(at: Micros): Slice {
  return Math.floor(at / SLICE_MICROS);
}

/** @param segmentMicros length of a segment, a multiple of {@link SLICE_MICROS} */
export function segmentStartOf(at: Micros, segmentMicros: Micros): Micros {
  return Math.floor(at / segmentMicros) * segmentMicros;
}
