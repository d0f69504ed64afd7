/**
 * At most so many a second, with bursts of a tenth of a second: the generic cell rate algorithm (ITU-T I.371).
 *
 * `#nextAt` is when the next one would be due at an even rate; what comes earlier than that by more than the burst is over.
 */
import type { Micros } from '../../core/index.ts';

const BURST_MICROS: Micros = 100_000;

export class RateCap {
  readonly #gapMicros: Micros;
  #nextAt: Micros = Number.NEGATIVE_INFINITY;

  constructor(maxPerSecond: number) {
    this.#gapMicros = 1_000_000 / maxPerSecond;
  }

  takes(now: Micros): boolean {
    if (this.#nextAt - now > BURST_MICROS) return false;
    this.#nextAt = Math.max(this.#nextAt, now) + this.#gapMicros;
    return true;
  }
}
