/**
 * The connections to one endpoint: as many as are needed, at most `maxConnections`, for all that is sent there.
 *
 *     offer  ──▶ a connection that has room and speaks its wire, the last one used first (the others age and are closed)
 *            └─▶ a fresh one, which speaks what its first send does
 *            └─▶ none: the send stays with the caller, `demand` opens more, each asks `next`
 *     answer ──▶ `next` for the same connection
 *
 * At the bound, a connection of another wire gives way, the one that was idle for the longest. Sweeping the few
 * connections at an interval replaces a timer a request. Idle connections are closed before the peer does
 * (idle-limit.ts). Where the peer still was faster (RFC 9112, section 9.3.1), a repeatable request of which no answer
 * byte came goes once more on a fresh connection, if asked for. Where peers close behind their answers, connections rest
 * before they are used again (resting-connections.ts). Where none opens, few are tried (opening-gate.ts).
 */
import type {
  ByteCount,
  Clock,
  Endpoint,
  FailureReason,
  Micros,
  Millis,
  Send,
  Sender,
  SenderStatistics,
  SendHandler,
} from '../../core/index.ts';
import { formatEndpoint } from '../../core/index.ts';
import type { TlsOptions } from '../options.ts';
import { type CloseReason, failureOf, isByPeer } from './close-reason.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { FreeConnections } from './free-connections.ts';
import { IdleLimit } from './idle-limit.ts';
import { setUpTls } from './open-socket.ts';
import { OpeningGate } from './opening-gate.ts';
import type { OwnEndpoints } from './own-endpoints.ts';
import { EARLY_MICROS, RestingConnections } from './resting-connections.ts';

const READ_BUFFER_BYTES: ByteCount = 64 * 1024;
const MAX_SWEEP_INTERVAL_MS: Millis = 100;

const NOTHING_RESERVED: readonly Send[] = [];

export interface ConnectionPoolOptions {
  readonly endpoint: Endpoint;
  readonly maxConnections: number;
  /** Longest wait for an answer, and for a connection to open. */
  readonly timeoutMs: Millis;
  /** Requests in flight on one connection at the same time, 1–64. */
  readonly pipelining: number;
  readonly retry: boolean;
  readonly keepResponses: boolean;
  /** Plain where absent. */
  readonly tls: (TlsOptions & { /** Of the target as it was asked for. */ readonly hostName: string }) | undefined;
}

export interface ConnectionPoolDeps {
  readonly clock: Clock;
  readonly handler: SendHandler;
  readonly ownEndpoints: OwnEndpoints;
}

export class ConnectionPool implements Sender, ConnectionOwner {
  readonly target: string;
  readonly verbatim = true;
  readonly #options: ConnectionPoolOptions;
  readonly #settings: ConnectionSettings;
  readonly #clock: Clock;
  readonly #handler: SendHandler;
  readonly #own: OwnEndpoints;
  readonly #all = new Set<Connection>();
  readonly #free = new FreeConnections();
  readonly #resting: RestingConnections;
  readonly #gate: OpeningGate;
  readonly #idleLimit = new IdleLimit();
  readonly #sweeping: NodeJS.Timeout;
  readonly #warmed: (() => void)[] = [];
  /** Taken, of a wire that found no place because all connections are busy with others; goes before any other. */
  #held: Send | undefined;
  #closed = false;
  /** Sends that wait, as far as is known: what was demanded, less what was given since. */
  #demanded = 0;
  /** Connections that broke while they were busy and have no successor yet: wanted when the target is back. */
  #owed = 0;
  /** What the send speaks that was refused last: connections of that are of no use to it. */
  #refusedWire = '';
  #connecting = 0;
  #inFlight = 0;
  #peak = 0;
  #opened = 0;
  #failedToOpen = 0;
  #closedByPeer = 0;
  #closedIdle = 0;
  #retried = 0;

  /** @throws BytecopyError `REPLAY_TLS_INVALID` (exit code 2) */
  constructor(options: ConnectionPoolOptions, deps: ConnectionPoolDeps) {
    const { endpoint, tls, pipelining, keepResponses, timeoutMs } = options;
    this.target = formatEndpoint(endpoint);
    this.#options = options;
    this.#clock = deps.clock;
    this.#handler = deps.handler;
    this.#own = deps.ownEndpoints;
    this.#settings = {
      endpoint,
      tls: tls === undefined ? undefined : setUpTls(tls, tls.hostName),
      buffer: new Uint8Array(READ_BUFFER_BYTES),
      pipelining,
      keepResponses,
      timeoutMs,
    };
    this.#resting = new RestingConnections((connection) => this.freed(connection));
    this.#gate = new OpeningGate(() => this.#grow());
    const intervalMs = Math.max(1, Math.min(MAX_SWEEP_INTERVAL_MS, timeoutMs / 10));
    // In the turn after: when this process was held up, the answers that came meanwhile are read before they are missed.
    this.#sweeping = setInterval(() => setImmediate(() => this.#sweep()), intervalMs);
  }

  warm(count: number): Promise<void> {
    const wanted = this.#closed ? 0 : Math.min(count, this.#options.maxConnections);
    while (this.#all.size < wanted && this.#gate.allows(this.#connecting)) this.#open(NOTHING_RESERVED);
    if (this.#connecting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#warmed.push(resolve));
  }

  offer(send: Send, now: Micros): boolean {
    const connection = this.#free.take(send.request);
    if (connection === undefined) {
      this.#refusedWire = send.request.expects === 'turns' ? '' : send.request.wire;
      return false;
    }
    this.#give(connection, send, now);
    return true;
  }

  demand(count: number): void {
    this.#demanded = count;
    this.#grow();
  }

  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeping);
    this.#gate.stop();
    this.#resting.stop();
    for (const connection of [...this.#all]) connection.abort('timeout');
    if (this.#held !== undefined) this.#handler.failed(this.#held, 'timeout');
    this.#held = undefined;
    return Promise.resolve();
  }

  statistics(): SenderStatistics {
    return {
      open: this.#all.size - this.#connecting,
      peak: this.#peak,
      opened: this.#opened,
      failedToOpen: this.#failedToOpen,
      closedByPeer: this.#closedByPeer,
      closedIdle: this.#closedIdle,
      retried: this.#retried,
      inFlight: this.#inFlight,
    };
  }

  opened(connection: Connection, now: Micros): void {
    this.#connecting--;
    this.#opened++;
    this.#peak = Math.max(this.#peak, this.#all.size - this.#connecting);
    if (connection.local !== undefined) this.#own.opened(connection.local);
    this.#gate.opened();
    this.#serve(connection, now);
    // As long as each finds something to send.
    this.#owed = connection.listed ? 0 : Math.max(0, this.#owed - 1);
    this.#demanded = Math.max(this.#demanded, this.#owed);
    this.#grow();
    this.#tellWarmed();
  }

  answered(connection: Connection, send: Send, now: Micros): void {
    this.#inFlight--;
    this.#handler.answered(send);
    if (connection.listed || (this.#resting.suspicious && this.#resting.takes(connection))) return;
    this.#serve(connection, now);
  }

  handedOver(send: Send): void {
    this.#inFlight--;
    this.#handler.answered(send);
  }

  freed(connection: Connection): void {
    if (!connection.listed) this.#serve(connection, this.#clock.monotonic());
  }

  gone(connection: Connection, reason: CloseReason): void {
    this.#all.delete(connection);
    const { local } = connection;
    if (local === undefined) {
      this.#didNotOpen(connection, reason);
    } else {
      this.#own.closed(local);
      this.#lost(connection, reason);
    }
    this.#tellWarmed();
  }

  /** Sends for a connection that has room, as far as there are any; then it waits for more among the free ones. */
  #serve(connection: Connection, now: Micros): void {
    while (connection.hasRoom) {
      const send = this.#next(now);
      if (send === undefined) {
        if (connection.idle) connection.park();
        this.#free.put(connection);
        return;
      }
      if (connection.takes(send.request)) {
        this.#inFlight++;
        connection.send(send, now);
      } else if (!this.#place(send, now, connection)) {
        this.#held = send;
        return;
      }
    }
  }

  #give(connection: Connection, send: Send, now: Micros): void {
    this.#inFlight++;
    connection.send(send, now);
    if (connection.hasRoom) this.#free.put(connection);
  }

  #next(now: Micros): Send | undefined {
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      return held;
    }
    const send = this.#closed ? undefined : this.#handler.next(now);
    if (send === undefined) this.#demanded = 0;
    else if (this.#demanded > 0) this.#demanded--;
    return send;
  }

  /**
   * A send that no connection asked for which could take it: another one does, or a new one.
   * @param instead gives way where there are too many and no other is idle
   * @returns false where all are busy with other wires
   */
  #place(send: Send, now: Micros, instead?: Connection): boolean {
    const other = this.#free.take(send.request);
    if (other !== undefined) {
      this.#give(other, send, now);
      return true;
    }
    if (this.#all.size >= this.#options.maxConnections) {
      const idle = this.#free.longestIdle(send.request.wire) ?? instead;
      if (idle?.idle !== true) return false;
      idle.giveWay();
    }
    this.#inFlight++;
    this.#open([send]);
    return true;
  }

  /** It never opened: what was reserved on it fails, else as many waiting sends as it decides for, unless others serve. */
  #didNotOpen(connection: Connection, reason: CloseReason): void {
    this.#connecting--;
    this.#failedToOpen++;
    const failure = failureOf(reason);
    const reserved = connection.takeUnanswered();
    this.#inFlight -= reserved.length;
    for (const send of reserved) this.#handler.failed(send, failure);
    if (this.#closed) return;
    const decides = this.#gate.failed();
    if (reserved.length > 0 || this.#all.size > this.#connecting) return;
    const now = this.#clock.monotonic();
    for (let count = 0; count < decides; count++) {
      const send = this.#next(now);
      if (send === undefined) return;
      this.#handler.failed(send, failure);
    }
  }

  #lost(connection: Connection, reason: CloseReason): void {
    const byPeer = isByPeer(reason);
    if (byPeer || reason === 'closed-with-answer') this.#closedByPeer++;
    if (reason === 'gave-way') this.#closedIdle++;
    const wasFree = connection.listed;
    if (wasFree) this.#free.remove(connection);
    const sends = connection.takeUnanswered();
    if (byPeer && this.#endedEarly(connection, sends.length)) this.#resting.endedEarly();
    if (wasFree && sends.length === 0 && reason !== 'closed-with-answer') {
      if (byPeer) this.#idleLimit.peerClosedAfter(this.#clock.monotonic() - connection.since);
      return;
    }
    if (reason === 'gave-way') return;
    if (reason === 'finished') {
      this.#succeed();
      return;
    }
    if (byPeer && connection.diedIdle && this.#options.retry) this.#sendAgain(sends);
    else this.#fail(sends, failureOf(reason));
    if (this.#closed) return;
    if (this.#held !== undefined) {
      this.#succeed();
      return;
    }
    this.#owed = Math.min(this.#owed + 1, this.#options.maxConnections);
    this.#demanded = Math.max(this.#demanded, this.#connecting + 1);
    this.#grow();
  }

  /** The peer closed it behind an answer, whether the next request was already on its way or not. */
  #endedEarly(connection: Connection, unanswered: number): boolean {
    if (connection.answerCount === 0) return false;
    return unanswered > 0 ? connection.diedIdle : this.#clock.monotonic() - connection.since < EARLY_MICROS;
  }

  /** There is a place for another connection: one for the next send, if there is any. */
  #succeed(): void {
    const now = this.#clock.monotonic();
    const send = this.#next(now);
    if (send !== undefined && !this.#place(send, now)) this.#held = send;
  }

  #sendAgain(sends: readonly Send[]): void {
    const again = sends.filter((send) => send.request.repeatable && send.attempts === 1);
    if (again.length > 0) {
      this.#retried += again.length;
      this.#open(again);
    }
    this.#fail(
      sends.filter((send) => !again.includes(send)),
      'connection-closed',
    );
  }

  #fail(sends: readonly Send[], reason: FailureReason): void {
    this.#inFlight -= sends.length;
    for (const send of sends) this.#handler.failed(send, reason);
  }

  #grow(): void {
    while (!this.#closed && this.#connecting < this.#demanded && this.#gate.allows(this.#connecting)) {
      if (this.#all.size >= this.#options.maxConnections) {
        const idle = this.#free.longestIdle(this.#refusedWire);
        if (idle === undefined) return;
        idle.giveWay();
      }
      this.#open(NOTHING_RESERVED);
    }
  }

  #open(reserved: readonly Send[]): void {
    this.#gate.started(this.#demanded);
    this.#connecting++;
    this.#all.add(new Connection(this.#settings, this, this.#clock, reserved));
  }

  #tellWarmed(): void {
    if (this.#connecting > 0 || this.#warmed.length === 0) return;
    for (const tell of this.#warmed.splice(0)) tell();
  }

  #sweep(): void {
    if (this.#closed) return;
    const now = this.#clock.monotonic();
    const timeoutMicros = this.#options.timeoutMs * 1000;
    for (const connection of this.#all) {
      const forMicros = now - connection.since;
      if (!connection.idle) {
        if (forMicros > timeoutMicros) connection.abort('timeout');
      } else if (forMicros > this.#idleLimit.micros) {
        this.#closedIdle++;
        connection.abort('timeout');
      }
    }
  }
}
