/**
 * When sends are due, in µs after the run's start, from the plan alone: never from when an answer came (open model).
 *
 *   recorded   first byte of the request in the recording, less that of the pass's first, divided by speed;
 *              copies lie evenly between their request and the next one
 *   rate       the k-th send at k ÷ rate, computed from k each time so that nothing adds up
 *   profile    the k-th send where the integral of the rate reaches k; nothing is due behind the last phase
 *   max        at once; the dispatcher holds back
 *
 * Random arrivals put the sends of rates and profiles elsewhere on the integral. Due times never go back: a request
 * recorded earlier than one before it is due with that one.
 */
import type { Micros } from '../../core/index.ts';

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
  /** Due time of the next copy of the request placed last, asked for once a copy; infinite behind the plan's end. */
  nextDue(): Micros;
}
