/**
 * Sends over HTTP/2: few connections, many streams on each.
 *
 *     offer ──▶ the first open connection with room for a stream ──▶ answered, or failed with why
 *          └─▶ none: not taken; `demand` opens another while the bound allows, which asks for what waits
 *
 * The requests are those of HTTP/1.x, said in another way. A connection is given up before common servers give it up:
 * nginx ends one at its 1,000th request, and undici then breaks what is under way on it. Nothing is sent twice.
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
import { setUpTls } from '../connection/open-socket.ts';
import { OpeningGate } from '../connection/opening-gate.ts';
import type { SendingOptions, TlsOptions } from '../options.ts';
import { type ConnectionOwner, Http2Connection, type Http2ConnectionOptions } from './http2-connection.ts';
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
  readonly tls: (TlsOptions & { /** Of the target as it was asked for. */ readonly hostName: string }) | undefined;
}

export interface Http2SenderDeps {
  readonly clock: Clock;
  readonly handler: SendHandler;
}

export class Http2Sender implements Sender, ConnectionOwner, InFlightOwner {
  readonly target: string;
  readonly verbatim = false;
  readonly #options: Http2SenderOptions;
  readonly #clock: Clock;
  readonly #handler: SendHandler;
  readonly #settings: Http2ConnectionOptions;
  readonly #gate = new OpeningGate(() => this.#grow());
  /** Also those that are being opened. */
  readonly #connections: Http2Connection[] = [];
  /** In the order in which they were taken, which is that of their deadlines. */
  readonly #inFlight = new Set<InFlight>();
  /** Copies of one request are said once. */
  readonly #requests = new WeakMap<PreparedRequest, { readonly said: Http2Request | undefined }>();
  readonly #sweeping: NodeJS.Timeout;
  readonly #warmed: (() => void)[] = [];
  #closed = false;
  /** Sends that wait, as far as is known: what was demanded, less what was given since. */
  #demanded = 0;
  #opening = 0;
  #peak = 0;
  #opened = 0;
  #failedToOpen = 0;
  #closedByPeer = 0;

  /** @throws BytecopyError `REPLAY_TLS_INVALID` (exit code 2) */
  constructor(options: Http2SenderOptions, deps: Http2SenderDeps) {
    const { endpoint, tls, timeoutMs, pipelining } = options;
    this.target = formatEndpoint(endpoint);
    this.#options = options;
    this.#clock = deps.clock;
    this.#handler = deps.handler;
    this.#settings = {
      endpoint,
      tls: tls === undefined ? undefined : setUpTls(tls, tls.hostName),
      timeoutMs,
      maxStreams: pipelining * STREAMS_PER_PIPELINING,
    };
    const intervalMs = Math.max(1, Math.min(MAX_SWEEP_INTERVAL_MS, timeoutMs / 10));
    // In the turn after: when this process was held up, the answers that came meanwhile are read before they are missed.
    this.#sweeping = setInterval(() => setImmediate(() => this.#sweep()), intervalMs);
  }

  warm(count: number): Promise<void> {
    const wanted = this.#closed ? 0 : Math.min(count, this.#options.maxConnections);
    while (this.#connections.length < wanted && this.#gate.allows(this.#opening)) this.#open();
    if (this.#opening === 0) return Promise.resolve();
    return new Promise((resolve) => this.#warmed.push(resolve));
  }

  offer(send: Send, now: Micros): boolean {
    const connection = this.#free();
    if (connection === undefined) return false;
    this.#take(send, connection, now);
    return true;
  }

  demand(count: number): void {
    this.#demanded = count;
    this.#grow();
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      clearInterval(this.#sweeping);
      this.#gate.stop();
      for (const inFlight of [...this.#inFlight]) this.#fail(inFlight, 'timeout');
    }
    await Promise.all(this.#connections.splice(0).map((connection) => connection.close()));
    this.#opening = 0;
    this.#tellWarmed();
  }

  statistics(): SenderStatistics {
    return {
      open: this.#connections.length - this.#opening,
      peak: this.#peak,
      opened: this.#opened,
      failedToOpen: this.#failedToOpen,
      closedByPeer: this.#closedByPeer,
      closedIdle: 0,
      retried: 0,
      inFlight: this.#inFlight.size,
    };
  }

  opened(): void {
    this.#opening--;
    this.#opened++;
    this.#peak = Math.max(this.#peak, this.#connections.length - this.#opening);
    this.#gate.opened();
    this.#ask();
    this.#grow();
    this.#tellWarmed();
  }

  /** As many waiting sends fail as it decides for, unless another connection serves. */
  didNotOpen(connection: Http2Connection, error: Error): void {
    this.#opening--;
    this.#failedToOpen++;
    this.#remove(connection);
    const decides = this.#gate.failed();
    const now = this.#clock.monotonic();
    for (let count = 0; count < decides && this.#connections.length === this.#opening; count++) {
      const send = this.#next(now);
      if (send === undefined) break;
      this.#handler.failed(send, http2FailureReason(error));
    }
    this.#grow();
    this.#tellWarmed();
  }

  /** What was on it is told to have failed one by one. One that was in use is replaced, an idle one is not. */
  gone(connection: Http2Connection, byPeer: boolean): void {
    if (byPeer) this.#closedByPeer++;
    this.#remove(connection);
    if (connection.inFlight > 0 || connection.taken >= MAX_TAKEN) this.#demanded = Math.max(this.#demanded, 1);
    this.#grow();
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
    if (connection.taken >= MAX_TAKEN && connection.inFlight === 0) void connection.close();
    this.#ask();
    if (!this.#connections.some(({ isOpen }) => isOpen)) this.#demanded = Math.max(this.#demanded, 1);
    this.#grow();
  }

  /** Fetches what waits, as far as there is room. */
  #ask(): void {
    for (let connection = this.#free(); connection !== undefined; connection = this.#free()) {
      const now = this.#clock.monotonic();
      const send = this.#next(now);
      if (send === undefined) return;
      this.#take(send, connection, now);
    }
  }

  #next(now: Micros): Send | undefined {
    const send = this.#closed ? undefined : this.#handler.next(now);
    if (send === undefined) this.#demanded = 0;
    else if (this.#demanded > 0) this.#demanded--;
    return send;
  }

  /** The first with room, so that the others are for peaks. */
  #free(): Http2Connection | undefined {
    if (this.#closed) return undefined;
    const { maxStreams } = this.#settings;
    for (const connection of this.#connections) {
      if (connection.isOpen && connection.inFlight < maxStreams && connection.taken < MAX_TAKEN) return connection;
    }
    return undefined;
  }

  /** Opens for what waits, a connection for as many sends as it has streams. */
  #grow(): void {
    const wanted = Math.ceil(this.#demanded / this.#settings.maxStreams);
    const { maxConnections } = this.#options;
    while (!this.#closed && this.#opening < wanted && this.#connections.length < maxConnections) {
      if (!this.#gate.allows(this.#opening)) return;
      this.#open();
    }
  }

  #open(): void {
    this.#gate.started(this.#demanded);
    this.#opening++;
    this.#connections.push(new Http2Connection(this.#settings, this));
  }

  #remove(connection: Http2Connection): void {
    const place = this.#connections.indexOf(connection);
    if (place >= 0) this.#connections.splice(place, 1);
  }

  #tellWarmed(): void {
    if (this.#opening > 0) return;
    for (const tell of this.#warmed.splice(0)) tell();
  }

  #sweep(): void {
    const latest = this.#clock.monotonic() - this.#options.timeoutMs * 1000;
    for (const inFlight of this.#inFlight) {
      if (inFlight.takenAt > latest) return;
      this.#fail(inFlight, 'timeout');
    }
  }
}
