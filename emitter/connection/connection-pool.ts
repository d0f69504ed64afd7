/**
 * The connections to one endpoint: as many as are needed, at most `maxConnections`, one request in flight on each.
 *
 *     send ──▶ an idle connection, the last one used first (the others age and are closed)
 *          └─▶ none idle: waits in order, and one more is opened while the bound allows
 *          └─▶ too many wait, or it waited for `maxWaitMs`: not sent, `dropped`
 *
 * Sweeping the few connections at an interval replaces a timer a request. Idle connections are closed before the peer
 * does: after {@link IDLE_LIMIT_MS}, or sooner when a peer was seen to close earlier. Where the peer still was faster
 * (RFC 9112, section 9.3.1), an idempotent request of which no answer byte came goes once more, on a fresh connection.
 */
import type {
  ByteCount,
  Clock,
  Endpoint,
  FailureReason,
  Micros,
  Millis,
  NotSentReason,
  Send,
  Sender,
  SenderStatistics,
  SendHandler,
} from '../../core/index.ts';
import { formatEndpoint } from '../../core/index.ts';
import { SendQueue } from '../send-queue.ts';
import { Connection, type ConnectionOwner } from './connection.ts';

/** Below the 5 s after which Node's own servers close, the shortest default among common servers. */
export const IDLE_LIMIT_MS: Millis = 4_000;
/** However early a peer closes, connections are kept for so long: one that closes at random must not make us reconnect all the time. */
const MIN_IDLE_LIMIT_MS: Millis = 1_000;
const READ_BUFFER_BYTES: ByteCount = 64 * 1024;
/** At 10,000 sends a second this is over a second of a target that stands still for `maxWaitMs` 5 s. */
const MAX_WAITING = 65_536;
const MAX_WAITING_BYTES: ByteCount = 64 * 1024 * 1024;
const MAX_SWEEP_INTERVAL_MS: Millis = 100;

export interface ConnectionPoolOptions {
  readonly endpoint: Endpoint;
  readonly maxConnections: number;
  /** Longest wait for an answer, and for a connection to open. */
  readonly timeoutMs: Millis;
  /** Longest wait of a due send for a free connection. */
  readonly maxWaitMs: Millis;
}

export class ConnectionPool implements Sender, ConnectionOwner {
  readonly target: string;
  readonly #options: ConnectionPoolOptions;
  readonly #clock: Clock;
  readonly #handler: SendHandler;
  readonly #buffer = new Uint8Array(READ_BUFFER_BYTES);
  readonly #all = new Set<Connection>();
  readonly #connecting = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting = new SendQueue({ maxCount: MAX_WAITING, maxBytes: MAX_WAITING_BYTES });
  readonly #sweeping: NodeJS.Timeout;
  #warmed: (() => void) | undefined;
  #closed = false;
  #idleLimitMicros: Micros = IDLE_LIMIT_MS * 1000;
  #inFlight = 0;
  #peak = 0;
  #opened = 0;
  #failedToOpen = 0;
  #closedByPeer = 0;
  #closedIdle = 0;
  #retried = 0;

  constructor(options: ConnectionPoolOptions, deps: { readonly clock: Clock; readonly handler: SendHandler }) {
    this.target = formatEndpoint(options.endpoint);
    this.#options = options;
    this.#clock = deps.clock;
    this.#handler = deps.handler;
    const intervalMs = Math.max(1, Math.min(MAX_SWEEP_INTERVAL_MS, options.timeoutMs / 10, options.maxWaitMs / 10));
    // In the turn after: when this process was held up, the answers that came meanwhile are read before they are missed.
    this.#sweeping = setInterval(() => setImmediate(() => this.#sweep()), intervalMs);
  }

  get free(): number {
    return this.#closed ? 0 : Math.max(0, this.#options.maxConnections - this.#inFlight - this.#waiting.length);
  }

  warm(count: number): Promise<void> {
    const wanted = Math.min(count, this.#options.maxConnections);
    while (this.#all.size < wanted) this.#open();
    if (this.#connecting.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#warmed = resolve;
    });
  }

  send(send: Send): void {
    const now = this.#clock.monotonic();
    send.readyAt = now;
    if (this.#closed) {
      this.#handler.notSent(send, 'stopped');
      return;
    }
    const connection = this.#idle.pop();
    if (connection !== undefined) {
      this.#inFlight++;
      connection.send(send, now);
    } else if (this.#waiting.offer(send)) {
      this.#grow();
    } else {
      this.#handler.notSent(send, 'dropped');
    }
  }

  cancelWaiting(reason: NotSentReason): void {
    for (let send = this.#waiting.shift(); send !== undefined; send = this.#waiting.shift()) {
      this.#handler.notSent(send, reason);
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeping);
    this.cancelWaiting('stopped');
    for (const connection of [...this.#all]) connection.abort('timeout');
    return Promise.resolve();
  }

  statistics(): SenderStatistics {
    return {
      open: this.#all.size - this.#connecting.size,
      peak: this.#peak,
      opened: this.#opened,
      failedToOpen: this.#failedToOpen,
      closedByPeer: this.#closedByPeer,
      closedIdle: this.#closedIdle,
      retried: this.#retried,
      inFlight: this.#inFlight,
      waiting: this.#waiting.length,
    };
  }

  opened(connection: Connection): void {
    this.#connecting.delete(connection);
    this.#opened++;
    this.#peak = Math.max(this.#peak, this.#all.size - this.#connecting.size);
    if (connection.state === 'idle') this.#serve(connection);
    this.#tellWarmed();
  }

  answered(connection: Connection, send: Send): void {
    this.#inFlight--;
    this.#handler.answered(send);
    if (connection.state === 'idle') {
      this.#serve(connection);
    } else {
      this.#closedByPeer++;
      this.#all.delete(connection);
      this.#replace();
    }
  }

  gone(connection: Connection, send: Send | undefined, reason: FailureReason): void {
    this.#all.delete(connection);
    if (this.#connecting.delete(connection)) {
      this.#failedToOpen++;
      this.#failOne(send, reason);
    } else {
      if (reason === 'connection-closed' || reason === 'reset') this.#closedByPeer++;
      if (send === undefined) this.#lostIdle(connection, reason);
      else this.#lostBusy(connection, send, reason);
    }
    this.#replace();
    this.#tellWarmed();
  }

  /** The next send for a connection that is free, or a place among the idle ones. */
  #serve(connection: Connection): void {
    const now = this.#clock.monotonic();
    let send = this.#waiting.shift();
    if (send === undefined) {
      send = this.#handler.next(now);
      if (send !== undefined) send.readyAt = now;
    }
    if (send !== undefined) {
      this.#inFlight++;
      connection.send(send, now);
    } else {
      connection.park();
      this.#idle.push(connection);
    }
  }

  /** A connection that did not open fails what was reserved on it, else the longest waiting send, unless others still serve. */
  #failOne(reserved: Send | undefined, reason: FailureReason): void {
    if (reserved !== undefined) {
      this.#inFlight--;
      this.#handler.failed(reserved, reason);
    } else if (this.#all.size === this.#connecting.size) {
      const send = this.#waiting.shift();
      if (send !== undefined) this.#handler.failed(send, reason);
    }
  }

  #lostIdle(connection: Connection, reason: FailureReason): void {
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    if (reason !== 'connection-closed') return;
    const idleMicros = this.#clock.monotonic() - connection.since;
    this.#idleLimitMicros = Math.max(MIN_IDLE_LIMIT_MS * 1000, Math.min(this.#idleLimitMicros, idleMicros * 0.8));
  }

  #lostBusy(connection: Connection, send: Send, reason: FailureReason): void {
    const closedMeanwhile = reason === 'connection-closed' || reason === 'reset';
    const again = closedMeanwhile && connection.reused && !connection.answering && send.request.repeatable;
    if (again && send.attempts === 1 && !this.#closed) {
      this.#retried++;
      this.#open(send);
    } else {
      this.#inFlight--;
      this.#handler.failed(send, reason);
    }
  }

  /** After a connection has gone: another one for what waits or is due. */
  #replace(): void {
    if (this.#closed) return;
    while (this.free > 0) {
      const send = this.#handler.next(this.#clock.monotonic());
      if (send === undefined) break;
      this.send(send);
    }
    this.#grow();
  }

  #grow(): void {
    if (this.#connecting.size < this.#waiting.length && this.#all.size < this.#options.maxConnections) this.#open();
  }

  #open(reserved?: Send): void {
    const connection = new Connection(this.#options.endpoint, this.#buffer, this, this.#clock, reserved);
    this.#all.add(connection);
    this.#connecting.add(connection);
  }

  #tellWarmed(): void {
    if (this.#warmed === undefined || this.#connecting.size > 0) return;
    this.#warmed();
    this.#warmed = undefined;
  }

  #sweep(): void {
    if (this.#closed) return;
    const now = this.#clock.monotonic();
    for (const connection of this.#all) {
      const forMicros = now - connection.since;
      if (connection.state === 'idle') {
        if (forMicros <= this.#idleLimitMicros) continue;
        this.#closedIdle++;
        connection.abort('timeout');
      } else if (forMicros > this.#options.timeoutMs * 1000) {
        connection.abort('timeout');
      }
    }
    const oldest = now - this.#options.maxWaitMs * 1000;
    for (let send = this.#waiting.peek(); send !== undefined && send.readyAt < oldest; send = this.#waiting.peek()) {
      this.#waiting.shift();
      this.#handler.notSent(send, 'dropped');
    }
    this.#grow();
  }
}
