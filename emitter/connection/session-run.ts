/**
 * One recorded session sent over a connection of its own: the client's runs of bytes in order, each after what the
 * server's turn before it said.
 *
 *     server's turn   awaited: as many bytes as recorded, or some and then {@link QUIET_MS} nothing
 *     client's run    written: not sooner after the turn's first byte than recorded
 *
 * The server may speak first. Each wait ends after the timeout of the connection, which counts from {@link SessionLine.waitsSince}.
 */
import type { ByteCount, Clock, FailureReason, Micros, Millis, Send } from '../../core/index.ts';
import { KeptAnswer } from './kept-answer.ts';

/** A server that says less than it did is waited for no longer: many times the pause within one answer on a local network. */
export const QUIET_MS: Millis = 200;

/** As in `Turn.direction`. */
const SERVER_TO_CLIENT = 1;

/** The connection as a session sees it. */
export interface SessionLine {
  /** @param written called when all of it has been handed to the system */
  write(pieces: readonly Uint8Array[], written: () => void): void;
  /** What is waited for now began, or begins, then. */
  waitsSince(at: Micros): void;
  /** All turns are through; the send is filled. */
  finished(): void;
  broke(reason: FailureReason): void;
}

export interface SessionRunOptions {
  /** Longest pause of the client that is kept. */
  readonly maxPauseMs: Millis;
  readonly keepAnswer: boolean;
}

export class SessionRun {
  readonly #send: Send;
  readonly #line: SessionLine;
  readonly #clock: Clock;
  readonly #maxPauseMicros: Micros;
  readonly #kept: KeptAnswer | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The turn that is awaited or written next. */
  #turn = 0;
  /** Of the server's turn. */
  #received: ByteCount = 0;
  #turnBeganAt: Micros = 0;
  #part = 0;
  #partOffset: ByteCount = 0;
  #ended = false;

  constructor(send: Send, line: SessionLine, clock: Clock, options: SessionRunOptions) {
    this.#send = send;
    this.#line = line;
    this.#clock = clock;
    this.#maxPauseMicros = options.maxPauseMs * 1000;
    this.#kept = options.keepAnswer ? new KeptAnswer() : undefined;
  }

  start(now: Micros): void {
    if (this.#ended) return;
    this.#line.waitsSince(now);
    this.#advance(now);
  }

  /** @param bytes borrowed for the call */
  read(bytes: Uint8Array, byteCount: ByteCount, now: Micros): void {
    if (this.#ended) return;
    const send = this.#send;
    if (send.firstByteAt === 0) send.firstByteAt = now;
    send.lastByteAt = now;
    send.responseByteCount += byteCount;
    this.#kept?.append(bytes, 0, byteCount);
    if (this.#received === 0) this.#turnBeganAt = now;
    this.#received += byteCount;
    const turn = send.request.turns[this.#turn];
    if (turn?.direction !== SERVER_TO_CLIENT) return;
    if (this.#received >= turn.byteCount) this.#nextTurn(now);
    else this.#wake(QUIET_MS, () => this.#nextTurn(this.#clock.monotonic()));
  }

  /** The server closed: that ends its last turn, and breaks a session that is not through. */
  end(): void {
    if (this.#ended) return;
    const { turns } = this.#send.request;
    const isLast = this.#turn === turns.length - 1 && turns[this.#turn]?.direction === SERVER_TO_CLIENT;
    if (isLast && this.#received > 0) this.#finish();
    else if (this.#turn < turns.length) this.#line.broke('connection-closed');
  }

  /** Nothing is done any more. Idempotent. */
  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #nextTurn(now: Micros): void {
    this.#turn++;
    this.#advance(now);
  }

  /** Goes on until something has to be waited for. */
  #advance(now: Micros): void {
    clearTimeout(this.#timer);
    const { turns } = this.#send.request;
    for (let turn = turns[this.#turn]; turn !== undefined; turn = turns[++this.#turn]) {
      if (turn.direction === SERVER_TO_CLIENT) {
        if (this.#received < turn.byteCount) return;
        continue;
      }
      const dueAt = this.#dueAt();
      if (dueAt > now) {
        this.#line.waitsSince(dueAt);
        this.#wake((dueAt - now) / 1000, () => this.#advance(Math.max(dueAt, this.#clock.monotonic())));
        return;
      }
      this.#line.waitsSince(now);
      if (this.#turn === turns.length - 1) {
        this.#turn++;
        this.#write(turn.byteCount, () => this.#finish());
        return;
      }
      this.#write(turn.byteCount, noted);
      this.#received = 0;
    }
    this.#finish();
  }

  /** When the client's run goes: as long after the server began to speak as it did when it was recorded. */
  #dueAt(): Micros {
    const { turns } = this.#send.request;
    const before = turns[this.#turn - 1];
    const own = turns[this.#turn];
    if (before?.direction !== SERVER_TO_CLIENT || own === undefined) return 0;
    return this.#turnBeganAt + Math.min(own.firstByteAt - before.firstByteAt, this.#maxPauseMicros);
  }

  #write(byteCount: ByteCount, written: () => void): void {
    const { parts } = this.#send.request;
    const pieces: Uint8Array[] = [];
    for (let left = byteCount; left > 0; ) {
      const part = parts[this.#part];
      if (part === undefined) break;
      const piece = part.subarray(this.#partOffset, this.#partOffset + left);
      if (piece.length > 0) pieces.push(piece);
      left -= piece.length;
      this.#partOffset += piece.length;
      if (this.#partOffset < part.length) break;
      this.#part++;
      this.#partOffset = 0;
    }
    this.#line.write(pieces, written);
  }

  #wake(afterMs: Millis, act: () => void): void {
    clearTimeout(this.#timer);
    const wakeAt = this.#clock.monotonic() + afterMs * 1000;
    // Timers may come up to a millisecond early: no pause is shortened.
    const woken = (): void => {
      const leftMicros = wakeAt - this.#clock.monotonic();
      if (leftMicros > 0) this.#timer = setTimeout(woken, Math.ceil(leftMicros / 1000));
      else act();
    };
    this.#timer = setTimeout(woken, Math.ceil(afterMs));
  }

  #finish(): void {
    if (this.#ended) return;
    this.stop();
    const send = this.#send;
    send.answer = 'session';
    if (send.lastByteAt === 0) send.lastByteAt = this.#clock.monotonic();
    if (this.#kept !== undefined) send.response = this.#kept.take(send.responseByteCount);
    this.#line.finished();
  }
}

function noted(): void {}
