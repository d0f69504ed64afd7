/** How long a connection may be idle before it is closed here: less than the peer would wait. */
import type { Micros, Millis } from '../../core/index.ts';

/** Below the 5 s after which Node's own servers close, the shortest default among common servers. */
export const IDLE_LIMIT_MS: Millis = 4_000;
/** However early a peer closes, connections are kept for so long: one that closes at random must not make us reconnect all the time. */
const MIN_IDLE_LIMIT_MS: Millis = 1_000;
/** Of the time after which a peer was seen to close. */
const SHARE = 0.8;

export class IdleLimit {
  #micros: Micros = IDLE_LIMIT_MS * 1000;

  get micros(): Micros {
    return this.#micros;
  }

  /** The peer closed one that was idle for so long: the others are closed sooner from now on. */
  peerClosedAfter(idleMicros: Micros): void {
    this.#micros = Math.max(MIN_IDLE_LIMIT_MS * 1000, Math.min(this.#micros, idleMicros * SHARE));
  }
}
