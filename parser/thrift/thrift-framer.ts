/**
 * Frames the replies of one connection without keeping their bytes: for who sends calls and needs to know when an answer
 * is over, and by its sequence id whose it is. The same head reading and walking as the exchange parser's.
 */
import type { ByteCount } from '../../core/index.ts';
import { HeadBuffer } from '../http1/head-buffer.ts';
import { ENCODING } from './layers.ts';
import { INCOMPLETE } from './message-begin.ts';
import { EMPTY_FRAME, MessageHead } from './message-head.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';
import { type Walker, Walkers } from './walkers.ts';

/** Longest head taken of a reply: frame, transport header and function name. */
export const MAX_REPLY_HEAD_BYTES: ByteCount = 256 * 1024;

export interface FramedReply {
  /** Signed 32 bits; of the transport header where the payload is compressed. */
  readonly sequenceId: number;
  /** `unknown` where the payload is compressed. */
  readonly kind: 'reply' | 'exception' | 'unknown';
  /** Whole message, frame and header included. */
  readonly byteCount: ByteCount;
  /** Where the message carries its id, counted from its first byte; equal where it cannot be read. */
  readonly sequenceStart: number;
  readonly sequenceEnd: number;
  readonly sequenceForm: 'i32' | 'varint';
  /** Where the transport header carries it, as an i32; -1 without such a header. */
  readonly headerSequenceAt: number;
}

export interface ReplyHandler {
  complete(reply: FramedReply): void;
  /** Called once; nothing is called after it. */
  failed(reason: string): void;
}

const STATE = { head: 0, frame: 1, walk: 2, failed: 3 } as const;

const EMPTY_FRAME_BYTES = 4;

export class ThriftFramer {
  readonly #handler: ReplyHandler;
  readonly #head = new MessageHead(MAX_REPLY_HEAD_BYTES);
  readonly #walkers = new Walkers();
  readonly #held = new HeadBuffer();
  #state: number = STATE.head;
  #outstanding = 0;
  /** Bytes of the frame still to come. */
  #remaining = 0;
  #walker: Walker | undefined;
  #byteCount = 0;
  #sequenceId = 0;
  #type = 0;
  #sequenceStart = 0;
  #sequenceEnd = 0;
  #headerSequenceAt = -1;
  #compact = false;

  constructor(handler: ReplyHandler) {
    this.#handler = handler;
  }

  /** Calls sent whose reply is not complete. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** One call a call sent; none for a oneway. */
  expect(): void {
    this.#outstanding++;
  }

  /** @param bytes borrowed until it returns: the caller may overwrite them then */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) at = this.#step(bytes, at, end);
  }

  /**
   * As {@link push}, but stops behind the first reply that ends. `expect` is not called before it returns.
   * @returns position behind what was used
   */
  pushReply(bytes: Uint8Array, start: number, end: number): number {
    const outstanding = this.#outstanding;
    let at = start;
    while (at < end && this.#outstanding === outstanding) at = this.#step(bytes, at, end);
    return at;
  }

  #step(bytes: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case STATE.head:
        return this.#held.length > 0 ? this.#readHeldHead(bytes, at, end) : this.#readHead(bytes, at, end);
      case STATE.frame: {
        const take = Math.min(this.#remaining, end - at);
        this.#byteCount += take;
        this.#remaining -= take;
        if (this.#remaining === 0) this.#complete();
        return at + take;
      }
      case STATE.walk:
        return this.#walk(bytes, at, end);
      default:
        return end;
    }
  }

  /** The peer closed: fails what is still owed. */
  end(): void {
    if (this.#state === STATE.failed || this.#outstanding === 0) return;
    const begun = this.#state !== STATE.head || this.#held.length > 0;
    this.#fail(begun ? 'response-incomplete' : 'closed-before-response');
  }

  /** @returns position behind what was used */
  #readHead(bytes: Uint8Array, at: number, end: number): number {
    const read = this.#head.read(bytes, at, end, false, true);
    if (read === EMPTY_FRAME) return at + EMPTY_FRAME_BYTES;
    if (read === INCOMPLETE) {
      this.#held.append(bytes, at, end);
      return end;
    }
    if (read < 0 || this.#outstanding === 0) {
      this.#fail(read < 0 ? 'not-thrift' : 'unexpected-response');
      return end;
    }
    return this.#begin(bytes, at, end);
  }

  /** A head that came in pieces: takes as much as it is known to need, never more than the message has. */
  #readHeldHead(bytes: Uint8Array, start: number, end: number): number {
    const held = this.#held;
    const at = Math.min(end, start + Math.max(0, this.#head.needed - held.length));
    held.append(bytes, start, at);
    if (held.length < this.#head.needed) return at;
    const read = this.#head.read(held.bytes, 0, held.length, false, true);
    if (read === INCOMPLETE) return at;
    if (read === EMPTY_FRAME) held.clear();
    else if (read < 0 || this.#outstanding === 0) this.#fail(read < 0 ? 'not-thrift' : 'unexpected-response');
    else {
      this.#begin(held.bytes, 0, held.length);
      held.clear();
    }
    return at;
  }

  #begin(bytes: Uint8Array, start: number, end: number): number {
    const { sequenceId, type, messageBytes, headBytes, encoding, sequenceStart, sequenceEnd, headerSequenceAt } =
      this.#head;
    this.#sequenceId = sequenceId;
    this.#type = type;
    this.#sequenceStart = sequenceStart;
    this.#sequenceEnd = sequenceEnd;
    this.#headerSequenceAt = headerSequenceAt;
    this.#compact = encoding === ENCODING.compact;
    this.#byteCount = 0;
    if (messageBytes >= 0) {
      const take = Math.min(messageBytes, end - start);
      this.#byteCount = take;
      this.#remaining = messageBytes - take;
      this.#state = STATE.frame;
      if (this.#remaining === 0) this.#complete();
      return start + take;
    }
    this.#byteCount = headBytes;
    this.#walker = this.#walkers.take(encoding);
    this.#state = STATE.walk;
    return this.#walk(bytes, start + headBytes, end);
  }

  #walk(bytes: Uint8Array, at: number, end: number): number {
    const walker = this.#walker as Walker;
    const stop = walker.push(bytes, at, end);
    this.#byteCount += stop - at;
    if (walker.failed) this.#fail('not-thrift');
    else if (walker.done) {
      this.#walkers.giveBack(walker);
      this.#complete();
    }
    return stop;
  }

  #complete(): void {
    this.#state = STATE.head;
    this.#outstanding--;
    const { reply, exception } = MESSAGE_TYPE;
    const kind = this.#type === reply ? 'reply' : this.#type === exception ? 'exception' : 'unknown';
    this.#handler.complete({
      sequenceId: this.#sequenceId,
      kind,
      byteCount: this.#byteCount,
      sequenceStart: this.#sequenceStart,
      sequenceEnd: this.#sequenceEnd,
      sequenceForm: this.#compact ? 'varint' : 'i32',
      headerSequenceAt: this.#headerSequenceAt,
    });
  }

  #fail(reason: string): void {
    this.#state = STATE.failed;
    this.#handler.failed(reason);
  }
}
