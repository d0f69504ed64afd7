/** Events a second between the first and the last of them, whatever order they come in. */
import type { Micros } from '../../core/index.ts';

export class SpanRate {
  #count = 0;
  #first: Micros = Number.POSITIVE_INFINITY;
  #last: Micros = Number.NEGATIVE_INFINITY;

  add(at: Micros): void {
    this.#count++;
    if (at < this.#first) this.#first = at;
    if (at > this.#last) this.#last = at;
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
