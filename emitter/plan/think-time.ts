/**
 * Pauses within sessions: from the end of a session's last answer to its next request, as recorded.
 *
 * Two generations of sessions are kept: when the younger is full, it becomes the older, and what the older knew and
 * nobody asked for since is forgotten. The last {@link MAX_SESSIONS} sessions are always known, twice as many at most.
 */
import type { Exchange, Micros } from '../../core/index.ts';
import { requestTime } from './time-order.ts';

export const MAX_SESSIONS = 65_536;

export class ThinkTimes {
  readonly #speed: number;
  readonly #maxSessions: number;
  /** End of the last answer by session, in recorded time. */
  #younger = new Map<string, Micros>();
  #older = new Map<string, Micros>();

  constructor(speed: number, maxSessions = MAX_SESSIONS) {
    this.#speed = speed;
    this.#maxSessions = maxSessions;
  }

  /** The pause before the exchange, which is the next of this session; 0 for the first, and where requests overlap. */
  next(session: string, exchange: Exchange): Micros {
    const at = requestTime(exchange);
    const before = this.#younger.get(session) ?? this.#older.get(session);
    if (this.#younger.size >= this.#maxSessions && !this.#younger.has(session)) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(session, endOf(exchange, at));
    return before === undefined ? 0 : Math.max(0, at - before) / this.#speed;
  }
}

/** Of the answer; of the request where nothing is answered. */
function endOf({ response, request }: Exchange, at: Micros): Micros {
  return response?.lastByteAt ?? request?.lastByteAt ?? at;
}
