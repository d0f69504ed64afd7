/** Time is passed in: whoever plans or paces takes a `Clock`, so that a test can hold it. */
import type { Micros } from './units.ts';

export interface Clock {
  /** Wall clock, µs since the epoch; may jump. */
  now(): Micros;
  /** Never goes back; µs since an arbitrary start. Due times are computed from this one. */
  monotonic(): Micros;
}
