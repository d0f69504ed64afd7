/** Due times of a rate or a profile: where the arrivals stand on the integral of the rate, whatever was recorded. */
import type { Micros } from '../../core/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { RateCurve } from './rate-curve.ts';
import type { Timing } from './timing.ts';

export class RateTiming implements Timing {
  readonly looksAhead = false;
  readonly #arrivals: Arrivals;
  readonly #perSecond: number;

  constructor(arrivals: Arrivals, perSecond: number) {
    this.#arrivals = arrivals;
    this.#perSecond = perSecond;
  }

  beginPass(): void {}

  place(): void {}

  nextDue(): Micros {
    return (this.#arrivals.next() * 1_000_000) / this.#perSecond;
  }
}

export class ProfileTiming implements Timing {
  readonly looksAhead = false;
  readonly #arrivals: Arrivals;
  readonly #curve: RateCurve;
  #due: Micros = 0;

  constructor(arrivals: Arrivals, curve: RateCurve) {
    this.#arrivals = arrivals;
    this.#curve = curve;
  }

  beginPass(): void {}

  place(): void {}

  /** Rounding of neighbours may exchange them by less than a ns. */
  nextDue(): Micros {
    const due = this.#curve.timeOf(this.#arrivals.next());
    if (due > this.#due) this.#due = due;
    return this.#due;
  }
}
