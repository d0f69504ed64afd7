/**
 * One connection on a raw socket. What it speaks its first send decides; a session has it for itself.
 *
 *     connecting ──▶ open ──▶ closed          open: idle, some requests in flight, or a session
 *          └───────────────────▲
 *
 * Bytes are read into one fixed buffer shared by all connections of a pool: framers borrow them for the call, so nothing
 * is allocated for a read. What a framer finds is acted on after it has returned, so that the next request is never
 * written from within it.
 */
import type { Socket } from 'node:net';
import type { ByteCount, Clock, Endpoint, FailureReason, Micros, PreparedRequest, Send } from '../../core/index.ts';
import type { CloseReason } from './close-reason.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { EarlyBytes } from './early-bytes.ts';
import { failureReason } from './failure.ts';
import { HttpWire } from './http-wire.ts';
import { InFlight } from './in-flight.ts';
import { KeptAnswer } from './kept-answer.ts';
import { openSocket } from './open-socket.ts';
import { SessionRun } from './session-run.ts';
import { SocketWriter } from './socket-writer.ts';
import { ThriftWire } from './thrift-wire.ts';
import type { Wire } from './wire.ts';

export interface ConnectionOwner {
  /** It can be used, and carries what was reserved on it. */
  opened(connection: Connection, now: Micros): void;
  /** The send has its answer, and the connection has room again or is closed. */
  answered(connection: Connection, send: Send, now: Micros): void;
  /** A oneway call has gone; it tells when there is room for the next. */
  handedOver(send: Send): void;
  /** It has room again, without an answer. */
  freed(connection: Connection): void;
  /** It is closed: what is still in flight on it is to be taken. */
  gone(connection: Connection, reason: CloseReason): void;
}

type ConnectionState = 'connecting' | 'open' | 'closed';

export class Connection {
  /** In the pool's list of connections that have room. */
  listed = false;
  readonly #settings: ConnectionSettings;
  readonly #owner: ConnectionOwner;
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #writer: SocketWriter;
  readonly #pipelining: number;
  readonly #inFlight: InFlight;
  /** What goes as soon as it is open; nothing from then on. */
  #reserved: readonly Send[];
  #state: ConnectionState = 'connecting';
  #wire: Wire | undefined;
  #session: SessionRun | undefined;
  #local: Endpoint | undefined;
  /** TCP has connected: what fails then under TLS is its handshake. */
  #reached = false;
  #reused = false;
  #answerCount = 0;
  /** Whether any byte came since the oldest send in flight found it idle. */
  #answering = false;
  #answerBeganAt: Micros = 0;
  #since: Micros;
  readonly #early = new EarlyBytes();

  /** @param reserved go as soon as it is open; of one wire */
  constructor(settings: ConnectionSettings, owner: ConnectionOwner, clock: Clock, reserved: readonly Send[]) {
    this.#settings = settings;
    this.#owner = owner;
    this.#clock = clock;
    this.#pipelining = settings.pipelining;
    this.#inFlight = new InFlight(settings.pipelining);
    this.#reserved = reserved;
    this.#since = clock.monotonic();
    const { endpoint, tls, buffer } = settings;
    this.#socket = openSocket(endpoint, tls, buffer, (bytes, byteCount) => this.#read(bytes, byteCount));
    this.#writer = new SocketWriter(this.#socket);
    this.#socket.once('connect', () => {
      this.#reached = true;
      if (tls === undefined) this.#opened();
    });
    if (tls !== undefined) this.#socket.once('secureConnect', () => this.#opened());
    this.#socket.on('drain', () => this.#owner.freed(this));
    this.#socket.once('end', () => this.#ended());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#close(this.#reasonOf(error)));
    this.#socket.once('close', () => this.#close('connection-closed'));
  }

  /** Open, and not full: another send can go. */
  get hasRoom(): boolean {
    return (
      this.#inFlight.count < this.#pipelining &&
      this.#state === 'open' &&
      this.#session === undefined &&
      !this.#socket.writableNeedDrain
    );
  }

  /** Open, and nothing is in flight. */
  get idle(): boolean {
    return this.#state === 'open' && this.#inFlight.count === 0 && this.#session === undefined;
  }

  /** What it speaks; empty until its first send. */
  get wire(): string {
    return this.#wire === undefined ? '' : this.#wire.name;
  }

  /** This end of it; undefined until it is open. */
  get local(): Endpoint | undefined {
    return this.#local;
  }

  /** When it came into its state, or when what it waits for was sent. */
  get since(): Micros {
    return this.#since;
  }

  /** The sends in flight found it idle, and the peer has said nothing since: it may have closed it before it saw them. */
  get diedIdle(): boolean {
    return this.#reused && !this.#answering;
  }

  /** Answers it has carried. */
  get answerCount(): number {
    return this.#answerCount;
  }

  takes(request: PreparedRequest): boolean {
    return this.#wire === undefined || (this.#wire.name === request.wire && request.expects !== 'turns');
  }

  /** Left idle, to be used later. */
  park(): void {
    this.#reused = true;
  }

  /** Writes the request; only where it has room and takes it. */
  send(send: Send, now: Micros): void {
    const { request } = send;
    if (this.#inFlight.count === 0) {
      this.#since = now;
      this.#answering = false;
    }
    send.sentAt = now;
    send.attempts++;
    if (this.#pipelining > 1) this.#writer.gather();
    if (request.preface !== undefined && this.#wire === undefined) this.#socket.write(request.preface);
    if (request.expects === 'turns') {
      this.#begin(send, now);
    } else {
      const wire = this.#wire ?? this.#speak(request);
      const parts = wire.begin(send);
      const [first] = parts;
      if (request.expects === 'none') this.#writer.write(parts, () => this.#written(send));
      else if (parts.length === 1 && first !== undefined) this.#socket.write(first);
      else this.#writer.write(parts, ignored);
    }
    if (this.#early.byteCount > 0) process.nextTick(() => this.#readEarly());
  }

  /** Closes at once; whatever is in flight on it ends with `reason`. */
  abort(reason: FailureReason): void {
    this.#close(reason);
  }

  /** Closes it where it is idle, for one that speaks something else. */
  giveWay(): void {
    this.#close('gave-way');
  }

  /** Once it is closed: what it had, or was to have, in flight. */
  takeUnanswered(): readonly Send[] {
    if (this.#local === undefined) return this.#reserved;
    const sends = this.#inFlight.drain();
    const [oldest] = sends;
    if (oldest !== undefined && oldest.firstByteAt === 0) oldest.firstByteAt = this.#answerBeganAt;
    return sends;
  }

  #opened(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    const now = this.#clock.monotonic();
    this.#since = now;
    const { localAddress = '', localPort = 0 } = this.#socket;
    this.#local = { address: localAddress, port: localPort };
    const reserved = this.#reserved;
    this.#reserved = [];
    for (const send of reserved) this.send(send, now);
    this.#owner.opened(this, now);
  }

  #speak({ protocol, wire: name }: PreparedRequest): Wire {
    const kept = this.#settings.keepResponses ? new KeptAnswer() : undefined;
    const wire =
      protocol === 'thrift' ? new ThriftWire(name, this.#inFlight, kept) : new HttpWire(name, this.#inFlight, kept);
    this.#wire = wire;
    return wire;
  }

  /** A oneway call has been handed over. The next goes in a turn of its own: a target that takes all must not stop the rest. */
  #written(send: Send): void {
    const place = this.#state === 'open' ? this.#inFlight.placeOf(send) : -1;
    if (place < 0) return;
    this.#inFlight.remove(place);
    const now = this.#clock.monotonic();
    send.lastByteAt = now;
    send.answer = 'oneway';
    this.#settled(now);
    setImmediate(() => this.#owner.freed(this));
    this.#owner.handedOver(send);
  }

  #begin(send: Send, now: Micros): void {
    this.#inFlight.add(send, 0);
    const { timeoutMs, keepResponses } = this.#settings;
    const line = {
      write: (pieces: readonly Uint8Array[], written: () => void) => this.#writer.write(pieces, written),
      waitsSince: (at: Micros) => {
        this.#since = at;
      },
      finished: () => this.#finished(),
      broke: (reason: FailureReason) => this.#close(reason),
    };
    const session = new SessionRun(send, line, this.#clock, { maxPauseMs: timeoutMs, keepAnswer: keepResponses });
    this.#session = session;
    // Not within the call that gave the send: a session without words is through at once.
    process.nextTick(() => session.start(now));
  }

  /** What the client said last is still on its way: the connection is ended behind it. */
  #finished(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    if (this.#socket.writableLength === 0) this.#socket.destroySoon();
    else this.#socket.destroy();
    const send = this.#inFlight.remove(0);
    this.#owner.answered(this, send, this.#clock.monotonic());
    this.#owner.gone(this, 'finished');
  }

  #read(bytes: Uint8Array, byteCount: ByteCount): void {
    if (this.#state !== 'open') return;
    const now = this.#clock.monotonic();
    this.#answering = true;
    if (this.#session !== undefined) {
      this.#session.read(bytes, byteCount, now);
      return;
    }
    const wire = this.#wire;
    if (wire === undefined) {
      if (!this.#early.offer(bytes, byteCount)) this.#close('protocol-error');
      return;
    }
    if (this.#inFlight.count === 0) {
      // A word before it closes an idle connection, such as 408 (RFC 9110, section 15.5.9).
      this.#close('connection-closed');
      return;
    }
    let at = 0;
    do {
      if (this.#answerBeganAt === 0) this.#answerBeganAt = now;
      at = wire.read(bytes, at, byteCount);
      if (wire.done) this.#settle(wire, now);
      else if (wire.broken) this.#close('protocol-error');
    } while (at < byteCount && this.#state === 'open');
  }

  #readEarly(): void {
    for (const bytes of this.#early.take()) this.#read(bytes, bytes.length);
  }

  #settle(wire: Wire, now: Micros): void {
    const keepAlive = wire.keepAlive && !wire.broken;
    const send = wire.finish();
    send.firstByteAt = this.#answerBeganAt;
    send.lastByteAt = now;
    this.#settled(now);
    // An answer to a request that is not out yet: what the peer will read next is not the beginning of another.
    if (keepAlive && (this.#inFlight.count > 0 || this.#socket.writableLength === 0)) {
      this.#owner.answered(this, send, now);
      return;
    }
    this.#state = 'closed';
    this.#socket.destroy();
    this.#owner.answered(this, send, now);
    this.#owner.gone(this, 'closed-with-answer');
  }

  #settled(now: Micros): void {
    this.#answerBeganAt = 0;
    this.#reused = true;
    this.#answerCount++;
    const { oldest } = this.#inFlight;
    this.#since = oldest === undefined ? now : oldest.sentAt;
  }

  /** The peer closed; while connecting, only a handshake can tell. */
  #ended(): void {
    if (this.#state === 'connecting') {
      this.#close('tls');
    } else if (this.#state === 'open') {
      if (this.#session !== undefined) {
        this.#session.end();
      } else if (this.#wire !== undefined && this.#inFlight.count > 0) {
        this.#wire.end();
        if (this.#wire.done) this.#settle(this.#wire, this.#clock.monotonic());
      }
    }
    this.#close('connection-closed');
  }

  #reasonOf({ code }: NodeJS.ErrnoException): FailureReason {
    if (this.#state !== 'connecting') {
      const reason = failureReason(code);
      return reason === 'unreachable' ? 'reset' : reason;
    }
    return this.#reached ? 'tls' : failureReason(code);
  }

  #close(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.destroy();
    this.#session?.stop();
    this.#owner.gone(this, reason);
  }
}

function ignored(): void {}
