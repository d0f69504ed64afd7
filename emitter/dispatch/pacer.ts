/**
 * Calls a tick when something is due, to a few µs: timers are a millisecond coarse and drift, so the last moments
 * before a due time is spent in `setImmediate` turns, between which sockets are served. Where gaps are longer than that
 * a timer takes most of the wait, and the process sleeps. Times come from the monotonic clock, so lateness never adds up.
 *
 *     now ─── timer, whole ms ───▶┆◀── turns, 1.5 ms and less ──▶ due
 *
 * `coarse` pacing leaves the turns out: a millisecond or two late, and it takes no CPU time from who runs beside it.
 */
import type { Clock, Micros } from '../../core/index.ts';

/** The end of a wait, spent in turns of the event loop: timers of Node come up to so much late. */
const SPIN_MICROS: Micros = 1_500;
/**
 * A turn stays so long where nothing is due: each turn costs an object, and collecting those would pause the pacing. An
 * answer that comes meanwhile is seen that much later.
 */
const TURN_MICROS: Micros = 12;
const MAX_LOOKS = 1_000;
/** Longest timer: Node takes 31 bits of milliseconds. */
const MAX_TIMER_MS = 0x7fffffff;

/**
 * @param lag how late this call comes, µs; 0 where it was woken
 * @returns when it is to be called next by the monotonic clock, or undefined when only `wake` will tell
 */
export type Tick = (now: Micros, lag: Micros) => Micros | undefined;

export type Precision = 'fine' | 'coarse';

export class Pacer {
  readonly #clock: Clock;
  readonly #tick: Tick;
  readonly #precision: Precision;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  /** When the next tick is due; 0 for at once. */
  #next: Micros = 0;
  #stopped = false;

  constructor(clock: Clock, tick: Tick, precision: Precision) {
    this.#clock = clock;
    this.#tick = tick;
    this.#precision = precision;
  }

  /** Ticks in the next turn of the event loop, whatever was agreed before. */
  wake(): void {
    this.#next = 0;
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

  /** @returns the time, `until` or a little later */
  #stay(until: Micros): Micros {
    let now = this.#clock.monotonic();
    // Bounded, for clocks that stand.
    for (let looks = 0; looks < MAX_LOOKS && now < until; looks++) now = this.#clock.monotonic();
    return now;
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    this.#turn = undefined;
    let now = this.#clock.monotonic();
    const due = this.#next;
    if (this.#precision === 'fine' && now < due && due - now < SPIN_MICROS)
      now = this.#stay(Math.min(due, now + TURN_MICROS));
    if (now >= due) {
      this.#next = Number.POSITIVE_INFINITY;
      const next = this.#tick(now, due === 0 ? 0 : now - due);
      // A wake during the tick asks for the next turn.
      if (next !== undefined && next < this.#next) this.#next = next;
      if (this.#stopped || this.#turn !== undefined || this.#next === Number.POSITIVE_INFINITY) return;
      now = this.#clock.monotonic();
    }
    const timerMs = timerFor(this.#next - now, this.#precision);
    if (timerMs === 0) this.#turn = setImmediate(this.#run);
    else this.#timer = setTimeout(this.#run, timerMs);
  };
}

/** Milliseconds to sleep of a wait; 0 where it is to be spent in turns. */
export function timerFor(waitMicros: Micros, precision: Precision): number {
  const ms = precision === 'fine' ? Math.floor((waitMicros - SPIN_MICROS) / 1000) : Math.ceil(waitMicros / 1000);
  return Math.max(0, Math.min(MAX_TIMER_MS, ms));
}
