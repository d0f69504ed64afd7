/**
 * Connections to a peer that was seen to close behind its answers without saying so. The next request would be written
 * before the close is seen, and fail; so each connection rests after its answer until the close would have come.
 *
 *     answer ──▶ used at once                      as long as connections last
 *     answer ──▶ rests 10–20 ms ──▶ used again     after {@link DISTRUST_AT} early ends, less one for each answer on a
 *                   └─▶ closed by the peer         connection that had one before: that proves that they last
 */
import type { Micros, Millis } from '../../core/index.ts';
import type { Connection } from './connection.ts';

/** What closes so soon after its answer closes because of it. */
export const EARLY_MICROS: Micros = 20_000;
const REST_MS: Millis = 10;
/** A connection may break at any time; three without a success between them are no accident. */
const DISTRUST_AT = 3;
/** After so many successes at most, connections are used as before. */
const MOST_EARLY_ENDS = 16;

export class RestingConnections {
  readonly #rested: (connection: Connection) => void;
  #earlyEnds = 0;
  #fresh: Connection[] = [];
  /** Have rested for as long as the timer last took. */
  #older: Connection[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param rested called with each that has rested and is still open */
  constructor(rested: (connection: Connection) => void) {
    this.#rested = rested;
  }

  /** Some have ended early, so that {@link takes} is to be asked. */
  get suspicious(): boolean {
    return this.#earlyEnds > 0;
  }

  /** A connection ended behind its answer, or under the next request before a byte of an answer. */
  endedEarly(): void {
    if (this.#earlyEnds < MOST_EARLY_ENDS) this.#earlyEnds++;
  }

  /**
   * The connection has carried an answer.
   * @returns true where it rests, until it is handed over or closed
   */
  takes(connection: Connection): boolean {
    if (connection.answerCount > 1) this.#earlyEnds--;
    if (this.#earlyEnds < DISTRUST_AT || !connection.idle) return false;
    this.#fresh.push(connection);
    this.#timer ??= setTimeout(this.#turn, REST_MS);
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #turn = (): void => {
    const rested = this.#older;
    this.#older = this.#fresh;
    this.#fresh = [];
    this.#timer = this.#older.length > 0 ? setTimeout(this.#turn, REST_MS) : undefined;
    // In the turn after: when this process was held up, closes that came meanwhile are read before.
    if (rested.length > 0) setImmediate(() => this.#handOver(rested));
  };

  #handOver(connections: readonly Connection[]): void {
    for (const connection of connections) if (connection.idle) this.#rested(connection);
  }
}
