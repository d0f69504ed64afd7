/** Due times as recorded, divided by the speed; passes one behind the other. */
import type { Micros } from '../../core/index.ts';
import type { Timing } from './timing.ts';

/** Copies of one request are spread over at most this much, however long the recording is silent after it. */
const MAX_COPY_SPREAD_MICROS: Micros = 1_000_000;
/** Between passes over a recording of one moment, divided by the speed like all its gaps. */
const MOMENT_GAP_MICROS: Micros = 1_000_000;

export class RecordedTiming implements Timing {
  readonly looksAhead = true;
  readonly #speed: number;
  #passAt: Micros = 0;
  #firstAt: Micros | undefined;
  #due: Micros = 0;
  /** Between the requests placed last, for what nothing follows. */
  #gap: Micros = 0;
  #copy = 0;
  #copyGap: Micros = 0;
  #lastCopyDue: Micros = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** A pass begins one gap behind the last request of the one before: as far as that one was from its predecessor. */
  beginPass(): void {
    if (this.#firstAt !== undefined) {
      const isMoment = this.#due === this.#passAt;
      this.#passAt = this.#due + (isMoment ? MOMENT_GAP_MICROS / this.#speed : this.#gap);
    }
    this.#firstAt = undefined;
  }

  place(at: Micros, copies: number, nextAt: Micros | undefined): void {
    this.#firstAt ??= at;
    this.#due = Math.max(this.#lastCopyDue, this.#ownTime(at, this.#firstAt));
    if (nextAt !== undefined) this.#gap = Math.max(0, this.#ownTime(nextAt, this.#firstAt) - this.#due);
    this.#copy = 0;
    this.#copyGap = Math.min(this.#gap, MAX_COPY_SPREAD_MICROS) / copies;
    this.#lastCopyDue = this.#due + (copies - 1) * this.#copyGap;
  }

  nextDue(): Micros {
    return this.#due + this.#copy++ * this.#copyGap;
  }

  #ownTime(at: Micros, firstAt: Micros): Micros {
    return this.#passAt + (at - firstAt) / this.#speed;
  }
}
