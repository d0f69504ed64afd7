/**
 * One phase of a plan: how many sends a second, for how long. A profile is phases one after the other.
 *
 *     hold    2000 ────────      ramp   100 ╱ 2000      sine  min ∿ max      weights ▂▅█▃ (a recording's shape)
 *
 * Steps are holds. `weights` is a piecewise constant rate: pieces of equal length, whose mean is `perSecond`.
 */
import type { Millis } from '../units.ts';

export type RatePhase =
  | { readonly kind: 'hold'; readonly perSecond: number; readonly durationMs: Millis }
  | { readonly kind: 'ramp'; readonly from: number; readonly to: number; readonly durationMs: Millis }
  | {
      readonly kind: 'sine';
      /** Begins at `min` and swings to `max` and back once a `periodMs`. */
      readonly min: number;
      readonly max: number;
      readonly periodMs: Millis;
      readonly durationMs: Millis;
    }
  | {
      readonly kind: 'weights';
      readonly perSecond: number;
      readonly weights: readonly number[];
      readonly durationMs: Millis;
    };
