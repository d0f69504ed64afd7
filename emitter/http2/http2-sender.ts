/**
 * Sends over HTTP/2: few connections, many streams on each.
 *
 *     offer ──▶ the first connection with room for a stream ──▶ stream ──▶ answered, or failed with why
 *          └─▶ none has: one more is opened while the bound allows; otherwise not taken
 *
 * The requests are those of HTTP/1.x, said in another way. A connection is given up before common servers give it up:
 * nginx ends one at its 1,000th request, and undici then breaks what is under way on it. Such breaks and those of the
 * peer fail what they concern: nothing is sent twice.
 */
import type {
  Clock,
  Endpoint,
  FailureReason,
  Micros,
  PreparedRequest,
  Send,
  Sender,
  SenderStatistics,
  SendHandler,
} from '../../core/index.ts';
import { formatEndpoint } from '../../core/index.ts';
import type { SendingOptions } from '../options.ts';
import { Http2Connection, type Http2ConnectionOptions } from './http2-connection.ts';
import { http2FailureReason } from './http2-failure.ts';
import { type Http2Request, toHttp2Request } from './http2-request.ts';
import { InFlight, type InFlightOwner } from './in-flight.ts';

/** Streams on one connection, for each request that may be under way on one of HTTP/1.x; what servers allow by default. */
const STREAMS_PER_PIPELINING = 100;
/** Requests on one connection; nginx allows 1,000 (`keepalive_requests`). */
const MAX_TAKEN = 990;
const MAX_SWEEP_INTERVAL_MS = 100;

export interface Http2SenderOptions
  extends Pick<SendingOptions, 'maxConnections' | 'timeoutMs' | 'pipelining' | 'keepResponses'> {
  readonly endpoint: Endpoint;
  /** Undefined: plain, to a server that knows that HTTP/2 comes. */
  readonly tls: Http2ConnectionOptions['tls'];
}

export interface Http2SenderDeps {
  readonly clock: Clock;
  readonly handler: SendHandler;
}

export class Http2Sender implements Sender, InFlightOwner {
  readonly target: string;
  readonly verbatim = false;
  readonly #options: Http2SenderOptions;
  readonly #clock: Clock;
  readonly #handler: SendHandler;
  readonly #maxStreams: number;
  readonly #connections: Http2Connection[] = [];
  /** In the order in which they were taken, which is that of their deadlines. */
  readonly #inFlight = new Set<InFlight>();
  /** Copies of one request are said once. */
  readonly #requests = new WeakMap<PreparedRequest, { readonly said: Http2Request | undefined }>();
  readonly #sweeping: NodeJS.Timeout;
  #closed = false;
  #asking = false;
  #open = 0;
  #peak = 0;
  #opened = 0;
  #failedToOpen = 0;
  #closedByPeer = 0;

  constructor(options: Http2SenderOptions, deps: Http2SenderDeps) {
    this.target = formatEndpoint(options.endpoint);
    this.#options = options;
    this.#clock = deps.clock;
    this.#handler = deps.handler;
    this.#maxStreams = options.pipelining * STREAMS_PER_PIPELINING;
    const intervalMs = Math.max(1, Math.min(MAX_SWEEP_INTERVAL_MS, options.timeoutMs / 10));
    // In the turn after: when this process was held up, the answers that came meanwhile are read before they are missed.
    this.#sweeping = setInterval(() => setImmediate(() => this.#sweep()), intervalMs);
  }

  async warm(count: number): Promise<void> {
    const wanted = Math.min(Math.ceil(count / this.#maxStreams), this.#options.maxConnections);
    while (!this.#closed && this.#connections.length < wanted) this.#add();
    await Promise.all(this.#connections.map((connection) => connection.open()));
  }

  offer(send: Send, now: Micros): boolean {
    const connection = this.#free();
    if (connection === undefined) return false;
    this.#take(send, connection, now);
    return true;
  }

  demand(count: number): void {
    if (this.#asking || count === 0) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      this.#ask();
    });
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      clearInterval(this.#sweeping);
      for (const inFlight of [...this.#inFlight]) this.#fail(inFlight, 'timeout');
    }
    await Promise.all(this.#connections.map((connection) => connection.destroy()));
  }

  statistics(): SenderStatistics {
    return {
      open: this.#open,
      peak: this.#peak,
      opened: this.#opened,
      failedToOpen: this.#failedToOpen,
      closedByPeer: this.#closedByPeer,
      closedIdle: 0,
      retried: 0,
      inFlight: this.#inFlight.size,
    };
  }

  over(inFlight: InFlight, error: unknown): void {
    if (!this.#leave(inFlight)) return;
    if (error === undefined) this.#handler.answered(inFlight.send);
    else this.#handler.failed(inFlight.send, http2FailureReason(error));
    this.#freed(inFlight.connection);
  }

  #take(send: Send, connection: Http2Connection, now: Micros): void {
    const deps = { clock: this.#clock, owner: this };
    const inFlight = new InFlight(send, connection, now, this.#options.keepResponses, deps);
    this.#inFlight.add(inFlight);
    connection.inFlight++;
    connection.taken++;
    const request = this.#said(send.request);
    if (request === undefined) queueMicrotask(() => this.#fail(inFlight, 'protocol-error'));
    else inFlight.endStream = connection.send(request, inFlight);
  }

  #said(prepared: PreparedRequest): Http2Request | undefined {
    const known = this.#requests.get(prepared);
    if (known !== undefined) return known.said;
    const said = prepared.protocol === 'http1' ? toHttp2Request(prepared) : undefined;
    this.#requests.set(prepared, { said });
    return said;
  }

  #fail(inFlight: InFlight, reason: FailureReason): void {
    if (!this.#leave(inFlight)) return;
    inFlight.endStream?.(new Error(reason));
    this.#handler.failed(inFlight.send, reason);
    this.#freed(inFlight.connection);
  }

  /** @returns false where it has its outcome already */
  #leave(inFlight: InFlight): boolean {
    if (!this.#inFlight.delete(inFlight)) return false;
    inFlight.connection.inFlight--;
    return true;
  }

  #freed(connection: Http2Connection): void {
    if (this.#closed) return;
    if (connection.taken >= MAX_TAKEN && connection.inFlight === 0) this.#remove(connection);
    this.#ask();
  }

  /** Fetches what waits, as far as there is room. */
  #ask(): void {
    for (let connection = this.#free(); connection !== undefined; connection = this.#free()) {
      const now = this.#clock.monotonic();
      const send = this.#handler.next(now);
      if (send === undefined) return;
      this.#take(send, connection, now);
    }
  }

  /** The first with room, so that the others are for peaks; one more where none has any. */
  #free(): Http2Connection | undefined {
    if (this.#closed) return undefined;
    for (const connection of this.#connections) {
      if (connection.inFlight < this.#maxStreams && connection.taken < MAX_TAKEN) return connection;
    }
    return this.#connections.length < this.#options.maxConnections ? this.#add() : undefined;
  }

  #add(): Http2Connection {
    const { endpoint, tls, timeoutMs } = this.#options;
    const connection = new Http2Connection(
      { endpoint, tls, timeoutMs, maxStreams: this.#maxStreams },
      {
        opened: () => {
          this.#opened++;
          this.#open++;
          this.#peak = Math.max(this.#peak, this.#open);
        },
        failedToOpen: () => {
          this.#failedToOpen++;
        },
        closed: (byPeer) => {
          this.#open--;
          if (byPeer) this.#closedByPeer++;
        },
      },
    );
    this.#connections.push(connection);
    return connection;
  }

  #remove(connection: Http2Connection): void {
    this.#connections.splice(this.#connections.indexOf(connection), 1);
    void connection.destroy();
  }

  #sweep(): void {
    const latest = this.#clock.monotonic() - this.#options.timeoutMs * 1000;
    for (const inFlight of this.#inFlight) {
      if (inFlight.takenAt > latest) return;
      this.#fail(inFlight, 'timeout');
    }
  }
}
