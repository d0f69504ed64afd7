/**
 * Calls a tick when something is due, to a few µs: timers are a millisecond coarse and drift, so the last moments
 * before a due time is spent in `setImmediate` turns, between which sockets are served. Where gaps are longer than that
 * a timer takes most of the wait, and the process sleeps. Times come from the monotonic clock, so lateness never adds up.
 *
 *     now ─── timer, whole ms ───▶┆◀── turns, 1.5 ms and less ──▶ due
 */
import type { Clock, Micros } from '../core/index.ts';

/** The end of a wait, spent in turns of the event loop: timers of Node come up to so much late. */
const SPIN_MICROS: Micros = 1_500;
/** Longest timer: Node takes 31 bits of milliseconds. */
const MAX_TIMER_MS = 0x7fffffff;

/** @returns when it is to be called next by the monotonic clock, or undefined when only `wake` will tell */
export type Tick = (now: Micros) => Micros | undefined;

export class Pacer {
  readonly #clock: Clock;
  readonly #tick: Tick;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(clock: Clock, tick: Tick) {
    this.#clock = clock;
    this.#tick = tick;
  }

  /** Ticks in the next turn of the event loop, whatever was agreed before. */
  wake(): void {
    if (this.#stopped || this.#turn !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#turn = setImmediate(this.#run);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    this.#turn = undefined;
    const next = this.#tick(this.#clock.monotonic());
    if (next === undefined || this.#stopped || this.#turn !== undefined) return;
    const timerMs = timerFor(next - this.#clock.monotonic());
    if (timerMs === 0) this.#turn = setImmediate(this.#run);
    else this.#timer = setTimeout(this.#run, timerMs);
  };
}

/** Milliseconds to sleep of a wait; 0 where it is to be spent in turns. */
export function timerFor(waitMicros: Micros): number {
  return Math.max(0, Math.min(MAX_TIMER_MS, Math.floor((waitMicros - SPIN_MICROS) / 1000)));
}
