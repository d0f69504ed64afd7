/**
 * One keep-alive connection on a raw socket, one request in flight.
 *
 *     connecting ──▶ idle ◀──▶ busy
 *          └──────────┴─────────┴──▶ closed
 *
 * Bytes are read into one fixed buffer shared by all connections of a pool: the response framer borrows them for the
 * call, so nothing is allocated for a read. What a framer reports during a read is acted on after the read, so that the
 * next request is never written from within the framer.
 */
import { connect, type Socket } from 'node:net';
import type { Clock, Endpoint, FailureReason, Micros, Send } from '../../core/index.ts';
import { type FramedResponse, ResponseFramer } from '../../parser/index.ts';
import { failureReason } from './failure.ts';

export interface ConnectionOwner {
  opened(connection: Connection): void;
  /** The answer is complete; the connection is idle, or closed where it cannot be used again. */
  answered(connection: Connection, send: Send): void;
  /** The connection is closed; `send` is what was in flight or reserved on it. */
  gone(connection: Connection, send: Send | undefined, reason: FailureReason): void;
}

export type ConnectionState = 'connecting' | 'idle' | 'busy' | 'closed';

export class Connection {
  readonly #owner: ConnectionOwner;
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #framer: ResponseFramer;
  #state: ConnectionState = 'connecting';
  #send: Send | undefined;
  #framed: FramedResponse | undefined;
  #broken: FailureReason | undefined;
  #answerBytes = 0;
  #reused = false;
  #since: Micros;

  /** @param buffer read buffer; may be shared, nothing of it is kept */
  constructor(endpoint: Endpoint, buffer: Uint8Array, owner: ConnectionOwner, clock: Clock, reserved?: Send) {
    this.#owner = owner;
    this.#clock = clock;
    this.#send = reserved;
    this.#since = clock.monotonic();
    this.#framer = new ResponseFramer({
      complete: (response) => {
        this.#framed = response;
      },
      failed: () => {
        this.#broken = 'protocol-error';
      },
    });
    this.#socket = connect({
      host: endpoint.address,
      port: endpoint.port,
      noDelay: true,
      onread: {
        buffer,
        callback: (byteCount, bytes) => {
          this.#read(bytes, byteCount);
          return true;
        },
      },
    });
    this.#socket.once('connect', () => this.#opened());
    this.#socket.once('end', () => this.#ended());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      const reason = failureReason(error.code);
      this.#close(this.#state !== 'connecting' && reason === 'unreachable' ? 'reset' : reason);
    });
    this.#socket.once('close', () => this.#close('connection-closed'));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** When it came into its state, or when its request was sent. */
  get since(): Micros {
    return this.#since;
  }

  /** Whether it had been idle before the request in flight, so that the peer may have closed it meanwhile. */
  get reused(): boolean {
    return this.#reused;
  }

  /** Left idle, to be used later. */
  park(): void {
    this.#reused = true;
  }

  /** Whether any byte came since the request in flight was sent. */
  get answering(): boolean {
    return this.#answerBytes > 0;
  }

  /** Writes the request; only when idle. */
  send(send: Send, now: Micros): void {
    this.#state = 'busy';
    this.#send = send;
    this.#since = now;
    this.#answerBytes = 0;
    send.sentAt = now;
    send.attempts++;
    this.#framer.expect(send.request.verb);
    const { parts } = send.request;
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) {
      this.#socket.write(first);
      return;
    }
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  /** Closes at once; whatever is in flight on it ends with `reason`. */
  abort(reason: FailureReason): void {
    this.#close(reason);
  }

  #opened(): void {
    if (this.#state !== 'connecting') return;
    const reserved = this.#send;
    this.#state = 'idle';
    this.#since = this.#clock.monotonic();
    if (reserved !== undefined) this.send(reserved, this.#since);
    this.#owner.opened(this);
  }

  #read(bytes: Uint8Array, byteCount: number): void {
    const send = this.#send;
    if (this.#state !== 'busy' || send === undefined) {
      this.#close('protocol-error');
      return;
    }
    if (this.#answerBytes === 0) send.firstByteAt = this.#clock.monotonic();
    this.#answerBytes += byteCount;
    this.#framer.push(bytes, 0, byteCount);
    this.#settle();
  }

  #ended(): void {
    if (this.#state === 'busy') {
      this.#framer.end();
      if (this.#framed !== undefined) this.#settle();
    }
    this.#close('connection-closed');
  }

  /** Acts on what the framer said during the last read. */
  #settle(): void {
    const framed = this.#framed;
    const send = this.#send;
    if (framed === undefined || send === undefined) {
      if (this.#broken !== undefined) this.#close(this.#broken);
      return;
    }
    this.#framed = undefined;
    this.#send = undefined;
    this.#reused = true;
    const now = this.#clock.monotonic();
    send.lastByteAt = now;
    send.status = framed.status;
    send.responseByteCount = framed.byteCount;
    this.#since = now;
    const reusable = framed.keepAlive && this.#broken === undefined && this.#socket.writableLength === 0;
    this.#state = reusable ? 'idle' : 'closed';
    if (!reusable) this.#socket.destroy();
    this.#owner.answered(this, send);
  }

  #close(reason: FailureReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.destroy();
    const send = this.#send;
    this.#send = undefined;
    this.#owner.gone(this, send, reason);
  }
}
