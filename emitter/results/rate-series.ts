/**
 * Sends due, sent and answered per interval since the start: one second each at first, twice as long whenever the run
 * outgrows {@link MAX_INTERVALS}, so that a run of any length has a small, whole history.
 */
import type { Micros, Millis } from '../../core/index.ts';

export const MAX_INTERVALS = 3_600;
const COUNTERS = 3;

export const RATE_COUNTER = { due: 0, sent: 1, answered: 2 } as const;
export type RateCounter = (typeof RATE_COUNTER)[keyof typeof RATE_COUNTER];

export interface RateHistory {
  readonly intervalMs: Millis;
  readonly due: readonly number[];
  readonly sent: readonly number[];
  readonly answered: readonly number[];
}

export class RateSeries {
  readonly #counts = new Float64Array(MAX_INTERVALS * COUNTERS);
  #intervalMicros: Micros = 1_000_000;
  #used = 0;

  /** @param offset µs since the start; earlier counts as the start */
  add(counter: RateCounter, offset: Micros): void {
    let interval = Math.max(0, Math.floor(offset / this.#intervalMicros));
    while (interval >= MAX_INTERVALS) {
      this.#halve();
      interval = Math.floor(offset / this.#intervalMicros);
    }
    if (interval >= this.#used) this.#used = interval + 1;
    const at = interval * COUNTERS + counter;
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  history(): RateHistory {
    const of = (counter: RateCounter) =>
      Array.from({ length: this.#used }, (_, interval) => this.#counts[interval * COUNTERS + counter] as number);
    return {
      intervalMs: this.#intervalMicros / 1000,
      due: of(RATE_COUNTER.due),
      sent: of(RATE_COUNTER.sent),
      answered: of(RATE_COUNTER.answered),
    };
  }

  #halve(): void {
    const half = MAX_INTERVALS / 2;
    for (let interval = 0; interval < half; interval++) {
      for (let counter = 0; counter < COUNTERS; counter++) {
        const one = this.#counts[2 * interval * COUNTERS + counter] as number;
        const other = this.#counts[(2 * interval + 1) * COUNTERS + counter] as number;
        this.#counts[interval * COUNTERS + counter] = one + other;
      }
    }
    this.#counts.fill(0, half * COUNTERS);
    this.#intervalMicros *= 2;
    this.#used = Math.ceil(this.#used / 2);
  }
}
