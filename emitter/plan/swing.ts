/**
 * A rate that swings between two values: `m − s·cos(2πt ÷ P)`, with middle m and half the difference s.
 *
 * Its integral is `m·t − (s·P ÷ 2π)·sin(2πt ÷ P)`. With E = 2πt ÷ P, M = 2πn ÷ (m·P) and e = s ÷ m, the time of the n-th
 * send is the solution of Kepler's equation E − e·sin E = M. On [0, π], to which symmetry brings every place, its left
 * side is convex and rises: Newton's steps from a bound above the solution come down to it and never pass it.
 */
import type { RatePhase } from '../../core/index.ts';

/** 3 to 6 do; close to a rate of 0 rounding alone decides about more, and no more is won. */
const MAX_STEPS = 50;
/** What is left after a step is about its square: a step so small, relative to where it ends, is the last that tells. */
const LAST_STEP = 1e-9;
const TURN = 2 * Math.PI;

export class Swing {
  readonly #eccentricity: number;
  readonly #periodSeconds: number;
  readonly #sendsAPeriod: number;

  constructor(phase: Extract<RatePhase, { readonly kind: 'sine' }>) {
    this.#eccentricity = (phase.max - phase.min) / (phase.max + phase.min);
    this.#periodSeconds = phase.periodMs / 1_000;
    this.#sendsAPeriod = ((phase.max + phase.min) / 2) * this.#periodSeconds;
  }

  /** When the integral reaches `sends`, in seconds. */
  secondsOf(sends: number): number {
    const periods = sends / this.#sendsAPeriod;
    const whole = Math.floor(periods);
    const mean = (periods - whole) * TURN;
    const turned = mean <= Math.PI ? this.#solve(mean) : TURN - this.#solve(TURN - mean);
    return (whole + turned / TURN) * this.#periodSeconds;
  }

  /** E for M in [0, π]. */
  #solve(mean: number): number {
    const eccentricity = this.#eccentricity;
    let anomaly = Math.min(mean + eccentricity, Math.PI);
    // The bound that sin E ≤ E − E³ ÷ 6 + E⁵ ÷ 120 gives: nearer where the rate comes near to 0.
    if (eccentricity > 0.5) anomaly = Math.min(anomaly, Math.cbrt(mean / (0.084 * eccentricity)));
    for (let step = 0; step < MAX_STEPS; step++) {
      const slope = 1 - eccentricity * Math.cos(anomaly);
      const next = anomaly - (anomaly - eccentricity * Math.sin(anomaly) - mean) / slope;
      const isLast = !(anomaly - next > LAST_STEP * anomaly);
      if (next < anomaly) anomaly = Math.max(0, next);
      if (isLast) break;
    }
    return anomaly;
  }
}
