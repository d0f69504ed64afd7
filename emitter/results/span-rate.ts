/** Events a second between the first and the last of them, whatever order they come in. */
import type { Micros } from '../../core/index.ts';

/** Offsets count from the run's start. Infinite ends where there was no event. */
export interface SpanSnapshot {
  readonly count: number;
  readonly first: Micros;
  readonly last: Micros;
}

export class SpanRate {
  #count = 0;
  #first: Micros = Number.POSITIVE_INFINITY;
  #last: Micros = Number.NEGATIVE_INFINITY;

  /** @param offset µs since the run's start */
  add(offset: Micros): void {
    this.#count++;
    if (offset < this.#first) this.#first = offset;
    if (offset > this.#last) this.#last = offset;
  }

  join({ count, first, last }: SpanSnapshot): void {
    this.#count += count;
    if (first < this.#first) this.#first = first;
    if (last > this.#last) this.#last = last;
  }

  snapshot(): SpanSnapshot {
    return { count: this.#count, first: this.#first, last: this.#last };
  }

  get count(): number {
    return this.#count;
  }

  /** From the first to the last; 0 below two events. */
  get spanMicros(): Micros {
    return this.#count < 2 ? 0 : this.#last - this.#first;
  }

  /** Undefined below two events, or where all came at once. */
  get perSecond(): number | undefined {
    if (this.#count < 2 || this.#last <= this.#first) return undefined;
    return ((this.#count - 1) * 1_000_000) / (this.#last - this.#first);
  }
}
