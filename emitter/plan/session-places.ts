/**
 * Where sends stand in their sessions: the key of the session, and the pause within it.
 *
 * Copies are clients of their own, and so are the slices of an overlay: their keys end in `#` and the number, as soon as
 * there is more than one.
 */
import type { Exchange } from '../../core/index.ts';
import type { CheckedReplayOptions } from '../options.ts';
import { compileRequestKey, type RequestKey } from '../request-key/index.ts';
import { FREE_ORDER, type SessionPlace } from './send.ts';
import { ThinkTimes } from './think-time.ts';

export class SessionPlaces {
  readonly #keyOf: RequestKey;
  readonly #multiplied: boolean;
  /** Only recorded timing has pauses. */
  readonly #thinkTimes: ThinkTimes | undefined;
  #key = '';
  #thinkMicros = 0;

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) for what is no key of sessions */
  constructor(session: string, { timing, times, by }: Pick<CheckedReplayOptions, 'timing' | 'times' | 'by'>) {
    this.#keyOf = compileRequestKey(session, 'session');
    this.#multiplied = times > 1 && by !== 'speed';
    const speed = timing.kind === 'recorded' ? timing.speed * (by === 'speed' ? times : 1) : undefined;
    this.#thinkTimes = speed === undefined ? undefined : new ThinkTimes(speed);
  }

  /** The next exchange to be sent, in the order of the plan. */
  place(exchange: Exchange, slice: number): void {
    this.#key = this.#keyOf(exchange);
    if (this.#thinkTimes === undefined || this.#key === '') return;
    this.#thinkMicros = this.#thinkTimes.next(slice === 0 ? this.#key : `${this.#key}#${slice}`, exchange);
  }

  /** Place of one copy, or of the slice, of the exchange placed last. */
  ofCopy(copy: number): SessionPlace {
    if (this.#key === '') return FREE_ORDER;
    return { session: this.#multiplied ? `${this.#key}#${copy}` : this.#key, thinkMicros: this.#thinkMicros };
  }
}
