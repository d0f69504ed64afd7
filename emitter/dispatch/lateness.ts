/**
 * When a send that is behind its time may go.
 *
 *   at once    now
 *   catch up   the gap the plan has between it and the one before, divided by the factor, behind the one before it
 *   drop       now, or never once it is too late
 *
 *     plan     | | | | | | | | | | | |
 *     went     | |         (stall)   |||||||||| | | |      catch up, factor 2
 *
 * What is late by less than {@link HICCUP_MICROS} goes at once under every policy: the plan's own windows stay whole.
 */
import type { Micros, Send } from '../../core/index.ts';
import type { LatenessOptions } from '../options.ts';

/** A garbage collection or a turn of the scheduler: less than a window of 10 ms. */
const HICCUP_MICROS: Micros = 10_000;

/** Never to be sent. */
export const TOO_LATE = Number.POSITIVE_INFINITY;

export class LatenessGate {
  readonly #factor: number;
  readonly #dropMicros: Micros;
  /** The send before: when it was ready, and when it went. */
  #readyAt: Micros = Number.NEGATIVE_INFINITY;
  #wentAt: Micros = Number.NEGATIVE_INFINITY;

  constructor(options: LatenessOptions) {
    this.#factor = options.kind === 'catch-up' ? options.factor : Number.POSITIVE_INFINITY;
    this.#dropMicros = options.kind === 'drop' ? options.afterMs * 1000 : Number.POSITIVE_INFINITY;
  }

  /** @returns when it may go, at most `now` where that is now; {@link TOO_LATE} where it is dropped */
  opensAt(send: Send, now: Micros): Micros {
    const late = now - send.readyAt;
    if (late <= HICCUP_MICROS) return late > this.#dropMicros ? TOO_LATE : send.readyAt;
    if (late > this.#dropMicros) return TOO_LATE;
    if (this.#factor === Number.POSITIVE_INFINITY) return send.readyAt;
    const gap = (send.readyAt - this.#readyAt) / this.#factor;
    return gap > 0 && gap < Number.POSITIVE_INFINITY ? Math.max(send.readyAt, this.#wentAt + gap) : send.readyAt;
  }

  /** It goes now. */
  passed(send: Send, now: Micros): void {
    // Ticks come a little late: what was allowed since then counts from when it was allowed, so that the factor is kept.
    const allowedAt = this.#factor === Number.POSITIVE_INFINITY ? now : this.opensAt(send, now);
    this.#wentAt = Math.min(now, Math.max(allowedAt, now - HICCUP_MICROS));
    this.#readyAt = send.readyAt;
  }
}
