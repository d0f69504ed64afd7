/**
 * One connection of HTTP/2, of many streams, from its opening to its end; the only file that knows undici.
 *
 *     opening ──▶ open ──▶ gone          undici would open it again by itself, and send again what it takes for unsent:
 *        └──▶ failed                     here a connection that is gone stays so, and what was on it has failed
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { type Endpoint, formatEndpoint, type Millis } from '../../core/index.ts';
import type { TlsSetup } from '../connection/open-socket.ts';
import { CONNECTION_GONE, NOT_HTTP2 } from './http2-failure.ts';
import type { Http2Request } from './http2-request.ts';

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What becomes of one request. Exactly one of `ended` and `failed` is called, and nothing after it. */
export interface StreamHandler {
  /** Its bytes are about to be written. */
  sends(): void;
  began(status: number, headers: ResponseHeaders): void;
  /** @param bytes of the body, borrowed for the call */
  body(bytes: Uint8Array): void;
  ended(): void;
  failed(error: unknown): void;
}

/** Ends a stream; nothing is told of it any more. */
export type EndStream = (reason: Error) => void;

/** Each connection is `opened` and then `gone`, or did not open. */
export interface ConnectionOwner {
  opened(connection: Http2Connection): void;
  didNotOpen(connection: Http2Connection, error: Error): void;
  /** @param byPeer not closed here */
  gone(connection: Http2Connection, byPeer: boolean): void;
}

export interface Http2ConnectionOptions {
  readonly endpoint: Endpoint;
  /** Undefined without TLS: then the peer has to know beforehand that HTTP/2 comes (RFC 9113, section 3.3). */
  readonly tls: TlsSetup | undefined;
  readonly timeoutMs: Millis;
  readonly maxStreams: number;
}

export class Http2Connection {
  /** Requests handed over that have not ended. */
  inFlight = 0;
  /** Requests handed over in its life. */
  taken = 0;
  readonly #options: Http2ConnectionOptions;
  readonly #owner: ConnectionOwner;
  #state: 'opening' | 'open' | 'gone' = 'opening';
  readonly #opening: Socket;
  #socket: Socket | undefined;
  #client: Client | undefined;

  /** Begins to open. */
  constructor(options: Http2ConnectionOptions, owner: ConnectionOwner) {
    this.#options = options;
    this.#owner = owner;
    const { endpoint, tls, timeoutMs } = options;
    const connect = buildConnector({ allowH2: true, timeout: Math.ceil(timeoutMs), ...tlsOptions(tls) });
    const protocol = tls === undefined ? 'http:' : 'https:';
    const at = { hostname: endpoint.address, host: '', protocol, port: `${endpoint.port}` };
    // It answers the socket too, which undici's types do not say.
    const opening: unknown = connect(at, (error, socket) => {
      if (error === null) this.#connected(socket);
      else this.#failed(error);
    });
    this.#opening = opening as Socket;
  }

  get isOpen(): boolean {
    return this.#state === 'open' && this.#socket?.destroyed === false;
  }

  /**
   * @param handler of a connection that is open
   * @returns what ends the stream before its time
   */
  send({ verb, path, fields, body }: Http2Request, handler: StreamHandler): EndStream {
    const stream = new Stream(handler);
    const request = {
      method: verb as Dispatcher.HttpMethod,
      path,
      headers: fields as string[],
      body: body ?? null,
      // Says here only that others may be under way beside it.
      idempotent: true,
      // Otherwise it follows Host, and the connection ends whenever another host comes.
      servername: this.#options.endpoint.address,
    };
    this.#client?.dispatch(request, stream);
    return (reason) => stream.end(reason);
  }

  async close(): Promise<void> {
    if (this.#state === 'opening') {
      this.#state = 'gone';
      // Without an error undici's timer would go on.
      this.#opening.destroy(coded('closed', CONNECTION_GONE));
      return;
    }
    this.#gone(false);
    await this.#client?.destroy();
    this.#socket?.destroy();
  }

  #connected(socket: Socket): void {
    socket.on('error', () => {});
    const agreed = (socket as { alpnProtocol?: string | false | null }).alpnProtocol;
    if (this.#state === 'gone') {
      socket.destroy();
    } else if (this.#options.tls !== undefined && agreed !== 'h2') {
      socket.destroy();
      this.#failed(coded('no HTTP/2 offered', NOT_HTTP2));
    } else {
      // Without TLS there is nothing to agree on: undici is told that it is agreed.
      Object.assign(socket, { alpnProtocol: 'h2' });
      socket.once('close', () => this.#gone(true));
      this.#socket = socket;
      this.#client = this.#clientOn(socket);
      this.#state = 'open';
      this.#owner.opened(this);
    }
  }

  #clientOn(socket: Socket): Client {
    const { endpoint, tls, maxStreams } = this.#options;
    let unused = true;
    const client = new Client(`${tls === undefined ? 'http' : 'https'}://${formatEndpoint(endpoint)}`, {
      allowH2: true,
      pipelining: maxStreams,
      maxConcurrentStreams: maxStreams,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, callback) => {
        const usable = unused && !socket.destroyed;
        unused = false;
        // Not at once: undici does not expect it.
        queueMicrotask(() => (usable ? callback(null, socket) : callback(coded('gone', CONNECTION_GONE), null)));
      },
    });
    // Each request is told of its own failure.
    const events: EventEmitter = client;
    events.on('error', () => {});
    return client;
  }

  #failed(error: Error): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#owner.didNotOpen(this, error);
  }

  #gone(byPeer: boolean): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#owner.gone(this, byPeer);
  }
}

/** Between undici and the one who sent. */
class Stream implements Dispatcher.DispatchHandler {
  readonly #handler: StreamHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;

  constructor(handler: StreamHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(new Error('over'));
    else this.#handler.sends();
  }

  onResponseStart(_: unknown, status: number, headers: ResponseHeaders): void {
    if (!this.#ended) this.#handler.began(status, headers);
  }

  onResponseData(_: unknown, bytes: Uint8Array): void {
    if (!this.#ended) this.#handler.body(bytes);
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler.ended();
  }

  /** Told later, because undici may say so before it has taken the request. */
  onResponseError(_: unknown, error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    queueMicrotask(() => this.#handler.failed(error));
  }

  end(reason: Error): void {
    this.#ended = true;
    this.#controller?.abort(reason);
  }
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

function tlsOptions(tls: TlsSetup | undefined): object {
  if (tls === undefined) return {};
  const { context, verify, serverName } = tls;
  return { secureContext: context, rejectUnauthorized: verify, servername: serverName };
}
