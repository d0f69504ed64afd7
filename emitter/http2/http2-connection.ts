/**
 * One connection of HTTP/2, of many streams; the only file that knows undici.
 *
 * undici opens it when a request comes, and again when one comes after it broke. Here it is opened through
 * {@link Http2Connection.open}, so that it can be opened ahead, and so that a server that speaks no HTTP/2 is told.
 */
import type { EventEmitter } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import type { Endpoint, Millis } from '../../core/index.ts';
import { formatEndpoint } from '../../core/index.ts';
import type { TlsOptions } from '../options.ts';
import { NOT_HTTP2 } from './http2-failure.ts';
import type { Http2Request } from './http2-request.ts';

/** What becomes of one request. Exactly one of `ended` and `failed` is called, and nothing after it. */
export interface StreamHandler {
  /** Its bytes are about to be written. @returns false where they may not be (again) */
  sends(): boolean;
  began(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  /** @param bytes of the body, borrowed for the call */
  body(bytes: Uint8Array): void;
  ended(): void;
  failed(error: unknown): void;
}

/** Ends a stream; harmless where it has ended. */
export type EndStream = (reason: Error) => void;

export interface ConnectionWatch {
  opened(): void;
  failedToOpen(): void;
  /** @param byPeer not closed here */
  closed(byPeer: boolean): void;
}

export interface Http2ConnectionOptions {
  readonly endpoint: Endpoint;
  /** Undefined without TLS: then the peer has to know beforehand that HTTP/2 comes (RFC 9113, section 3.3). */
  readonly tls: (TlsOptions & { readonly hostName: string }) | undefined;
  readonly timeoutMs: Millis;
  readonly maxStreams: number;
}

export class Http2Connection {
  /** Requests handed over that have not ended. */
  inFlight = 0;
  /** Requests handed over in its life. */
  taken = 0;
  readonly #options: Http2ConnectionOptions;
  readonly #watch: ConnectionWatch;
  readonly #client: Client;
  readonly #connect: (callback: buildConnector.Callback) => void;
  /** Opened ahead, and not asked for yet. */
  #ahead: Promise<Socket> | undefined;
  #destroyed = false;

  constructor(options: Http2ConnectionOptions, watch: ConnectionWatch) {
    this.#options = options;
    this.#watch = watch;
    const { endpoint, tls, timeoutMs, maxStreams } = options;
    const origin = new URL(`${tls === undefined ? 'http' : 'https'}://${formatEndpoint(endpoint)}`);
    const connector = buildConnector({ allowH2: true, timeout: Math.ceil(timeoutMs), ...tlsOptions(tls) });
    const place = { hostname: endpoint.address, host: '', protocol: origin.protocol, port: `${endpoint.port}` };
    this.#connect = (callback) => connector(place, callback);
    this.#client = new Client(origin, {
      allowH2: true,
      pipelining: maxStreams,
      maxConcurrentStreams: maxStreams,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, callback) => {
        this.#socket().then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
    // Each request is told of its own failure.
    const events: EventEmitter = this.#client;
    events.on('error', () => {});
  }

  /** Opens it ahead; resolves when it is open or has failed. */
  async open(): Promise<void> {
    this.#ahead ??= this.#openSocket();
    await this.#ahead.catch(() => {});
  }

  /** @returns what ends the stream before its time */
  send({ verb, path, fields, body }: Http2Request, handler: StreamHandler): EndStream {
    const stream = new Stream(handler);
    const request: Dispatcher.DispatchOptions = {
      method: verb as Dispatcher.HttpMethod,
      path,
      headers: fields as string[],
      body: body ?? null,
      // Says only that others may be under way beside it: nothing is written twice, see Stream.onRequestStart.
      idempotent: true,
    };
    // Otherwise it follows Host, and the connection is closed whenever another host comes.
    this.#client.dispatch({ ...request, servername: this.#options.endpoint.address } as typeof request, stream);
    return (reason) => stream.end(reason);
  }

  async destroy(): Promise<void> {
    this.#destroyed = true;
    const ahead = this.#ahead;
    this.#ahead = undefined;
    ahead?.then(
      (socket) => socket.destroy(),
      () => {},
    );
    await this.#client.destroy();
  }

  async #socket(): Promise<Socket> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const socket = await ahead?.catch(() => undefined);
    return socket === undefined || socket.destroyed ? this.#openSocket() : socket;
  }

  #openSocket(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      this.#connect((error, socket) => {
        const refusal = error ?? this.#notHttp2(socket);
        if (refusal !== undefined || socket === null) {
          this.#watch.failedToOpen();
          socket?.destroy();
          reject(refusal);
          return;
        }
        this.#watch.opened();
        socket.on('error', () => {});
        socket.once('close', () => this.#watch.closed(!this.#destroyed));
        resolve(socket);
      });
    });
  }

  /** Without TLS there is nothing to agree on: undici is told that it is agreed. */
  #notHttp2(socket: Socket | null): Error | undefined {
    const { alpnProtocol } = socket as { alpnProtocol?: string | false | null };
    if (this.#options.tls === undefined) Object.assign(socket as Socket, { alpnProtocol: 'h2' });
    else if (alpnProtocol !== 'h2') return Object.assign(new Error('no HTTP/2 offered'), { code: NOT_HTTP2 });
    return undefined;
  }
}

/** Between undici and the one who sent; what comes after the end is dropped. */
class Stream implements Dispatcher.DispatchHandler {
  readonly #handler: StreamHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;

  constructor(handler: StreamHandler) {
    this.#handler = handler;
  }

  /** undici calls it once more where the connection broke under a request that it takes for unsent. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(new Error('over'));
    else if (!this.#handler.sends()) {
      this.#fail(Object.assign(new Error('the connection closed'), { code: 'UND_ERR_SOCKET' }));
      controller.abort(new Error('over'));
    }
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (!this.#ended) this.#handler.began(status, headers);
  }

  onResponseData(_: unknown, bytes: Buffer): void {
    if (!this.#ended) this.#handler.body(bytes);
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler.ended();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#fail(error);
  }

  end(reason: Error): void {
    this.#ended = true;
    this.#controller?.abort(reason);
  }

  /** Later, because undici may say so before it has taken the request. */
  #fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    queueMicrotask(() => this.#handler.failed(error));
  }
}

function tlsOptions(tls: Http2ConnectionOptions['tls']): object {
  if (tls === undefined) return {};
  const { ca, certificate, key, verify, serverName, hostName } = tls;
  return {
    // No name is asked for where there is only an address: the certificate is verified against that.
    servername: serverName ?? (isIP(hostName) === 0 ? hostName : ''),
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
}
