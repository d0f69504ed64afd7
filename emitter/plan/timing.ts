/**
 * When sends are due, in µs after the run's start, from the plan alone: never from when an answer came (open model).
 *
 *   recorded   first byte of the request in the recording, less that of the pass's first, divided by speed;
 *              copies lie evenly between their request and the next one
 *   rate       the k-th send at k ÷ rate, computed from k each time so that nothing adds up
 *   max        at once; the dispatcher holds back
 *
 * Due times never go back: a request recorded earlier than one before it is due with that one.
 */
import type { Micros } from '../../core/index.ts';
import type { TimingOptions } from '../options.ts';

/** Copies of one request are spread over at most this much, however long the recording is silent after it. */
const MAX_COPY_SPREAD_MICROS: Micros = 1_000_000;

export interface Timing {
  /** Whether `place` needs to be told the time of the request that follows. */
  readonly looksAhead: boolean;
  /** Begins another pass over the recording. */
  beginPass(): void;
  /**
   * The next request, with so many copies, at least one.
   * @param at its recorded time
   * @param nextAt recorded time of the one behind it, where there is one
   */
  place(at: Micros, copies: number, nextAt: Micros | undefined): void;
  /** Due time of a copy of the request placed last. */
  dueAt(copy: number): Micros;
}

export function timingOf(options: TimingOptions): Timing {
  switch (options.kind) {
    case 'recorded':
      return new RecordedTiming(options.speed);
    case 'rate':
      return new RateTiming(options.perSecond);
    case 'max':
      return new RateTiming(Number.POSITIVE_INFINITY);
    default:
      return options satisfies never;
  }
}

class RateTiming implements Timing {
  readonly looksAhead = false;
  readonly #perSecond: number;
  #placed = 0;
  #copies = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  beginPass(): void {}

  place(_at: Micros, copies: number): void {
    this.#placed += this.#copies;
    this.#copies = copies;
  }

  dueAt(copy: number): Micros {
    return ((this.#placed + copy) * 1_000_000) / this.#perSecond;
  }
}

class RecordedTiming implements Timing {
  readonly looksAhead = true;
  readonly #speed: number;
  #passAt: Micros = 0;
  #firstAt: Micros | undefined;
  #due: Micros = 0;
  /** Between the requests placed last, for what nothing follows. */
  #gap: Micros = 0;
  #copyGap: Micros = 0;
  #lastCopyDue: Micros = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** A pass begins one gap behind the last request of the one before: as far as that one was from its predecessor. */
  beginPass(): void {
    if (this.#firstAt !== undefined) this.#passAt = this.#due + this.#gap;
    this.#firstAt = undefined;
  }

  place(at: Micros, copies: number, nextAt: Micros | undefined): void {
    this.#firstAt ??= at;
    this.#due = Math.max(this.#lastCopyDue, this.#ownTime(at, this.#firstAt));
    if (nextAt !== undefined) this.#gap = Math.max(0, this.#ownTime(nextAt, this.#firstAt) - this.#due);
    this.#copyGap = Math.min(this.#gap, MAX_COPY_SPREAD_MICROS) / copies;
    this.#lastCopyDue = this.dueAt(copies - 1);
  }

  dueAt(copy: number): Micros {
    return this.#due + copy * this.#copyGap;
  }

  #ownTime(at: Micros, firstAt: Micros): Micros {
    return this.#passAt + (at - firstAt) / this.#speed;
  }
}
