/**
 * Frames the responses of one connection without keeping their bytes: for who sends requests and needs to know when an
 * answer is over. The same head reading, body framing and chunk counting as the exchange parser's.
 */
import type { ByteCount } from '../../core/index.ts';
import { FRAMING, type RequestKind, requestKindOf, responseFraming } from './body-framing.ts';
import { ChunkedBody } from './chunked-body.ts';
import { FieldSection, INCOMPLETE } from './field-section.ts';
import { HeadBuffer } from './head-buffer.ts';
import { CR, LF } from './octets.ts';
import { NOT_A_START_LINE, StatusLine } from './status-line.ts';

/** Longest head taken of a response; common clients stop between 16 and 256 KiB. */
export const MAX_RESPONSE_HEAD_BYTES: ByteCount = 256 * 1024;

export interface FramedResponse {
  readonly status: number;
  /** Head and body as they came over the wire, interim answers not included. */
  readonly byteCount: ByteCount;
  readonly headByteCount: ByteCount;
  /** The connection can carry another request. */
  readonly keepAlive: boolean;
}

export interface ResponseHandler {
  complete(response: FramedResponse): void;
  /** Called once; nothing is called after it. */
  failed(reason: string): void;
  /** A 1xx answer was read; the final one follows. */
  interim?(status: number): void;
}

const STATE = { head: 0, length: 1, chunked: 2, untilClose: 3, tunnel: 4, failed: 5 } as const;

/** Filled and read within one step of one framer: all share them, because making one costs more than framing an answer. */
const FIELDS = new FieldSection([]);
const LINE = new StatusLine();

export class ResponseFramer {
  readonly #handler: ResponseHandler;
  readonly #chunked = new ChunkedBody();
  readonly #pending = new HeadBuffer();
  /** Kinds of what was sent; entries behind that are old ones. */
  readonly #expected: RequestKind[] = [];
  #sent = 0;
  #answered = 0;
  #state: number = STATE.head;
  #remaining = 0;
  #status = 0;
  #byteCount = 0;
  #headByteCount = 0;
  #keepAlive = true;

  constructor(handler: ResponseHandler) {
    this.#handler = handler;
  }

  /** Requests sent whose answer is not complete. */
  get outstanding(): number {
    return this.#sent - this.#answered;
  }

  /** One call a request sent, in the order of sending. */
  expect(verb: string): void {
    if (this.#answered === this.#sent) {
      this.#sent = 0;
      this.#answered = 0;
    } else if (this.#answered >= COMPACT_AT) {
      this.#expected.copyWithin(0, this.#answered, this.#sent);
      this.#sent -= this.#answered;
      this.#answered = 0;
    }
    this.#expected[this.#sent++] = requestKindOf(verb);
  }

  /** @param bytes borrowed until it returns: the caller may overwrite them then */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) at = this.#step(bytes, at, end);
  }

  /**
   * As {@link push}, but stops behind the first answer that ends. `expect` is not called before it returns.
   * @returns position behind what was used
   */
  pushAnswer(bytes: Uint8Array, start: number, end: number): number {
    const answered = this.#answered;
    let at = start;
    while (at < end && this.#answered === answered) at = this.#step(bytes, at, end);
    return at;
  }

  #step(bytes: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case STATE.head:
        return this.#readHead(bytes, at, end);
      case STATE.length: {
        const take = Math.min(this.#remaining, end - at);
        this.#byteCount += take;
        this.#remaining -= take;
        if (this.#remaining === 0) this.#complete();
        return at + take;
      }
      case STATE.chunked: {
        const stop = this.#chunked.push(bytes, at, end);
        this.#byteCount += stop - at;
        if (this.#chunked.done) this.#complete();
        else if (this.#chunked.reason !== '') this.#fail(this.#chunked.reason);
        return stop;
      }
      case STATE.untilClose:
        this.#byteCount += end - at;
        return end;
      default:
        return end;
    }
  }

  /** The peer closed: ends a body without length, fails what is still owed. */
  end(): void {
    if (this.#state === STATE.untilClose) {
      this.#complete();
      if (this.outstanding === 0) return;
    }
    if (this.#state === STATE.tunnel || this.#state === STATE.failed || this.outstanding === 0) return;
    const begun = this.#state !== STATE.head || this.#pending.length > 0;
    this.#fail(begun ? 'response-incomplete' : 'closed-before-response');
  }

  /** @returns position behind what was used; the state tells what follows there */
  #readHead(bytes: Uint8Array, start: number, end: number): number {
    if (this.#pending.length > 0) return this.#readCutHead(bytes, start, end);
    let at = start;
    while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
    if (at === end) return end;
    if (this.outstanding === 0) {
      this.#fail('unexpected-response');
      return end;
    }
    const behind = this.#parseHead(bytes, at, end);
    if (behind !== INCOMPLETE) return behind;
    if (end - at >= MAX_RESPONSE_HEAD_BYTES) this.#fail('head-too-long');
    else this.#pending.append(bytes, at, end);
    return end;
  }

  #readCutHead(bytes: Uint8Array, start: number, end: number): number {
    const before = this.#pending.length;
    this.#pending.append(bytes, start, Math.min(end, start + MAX_RESPONSE_HEAD_BYTES - before));
    const headEnd = this.#pending.findEnd();
    if (headEnd < 0) {
      if (this.#pending.length === MAX_RESPONSE_HEAD_BYTES) this.#fail('head-too-long');
      return end;
    }
    this.#parseHead(this.#pending.bytes, 0, headEnd);
    this.#pending.clear();
    return start + headEnd - before;
  }

  #parseHead(bytes: Uint8Array, start: number, end: number): number {
    const fieldsAt = LINE.read(bytes, start, end);
    if (fieldsAt === NOT_A_START_LINE) {
      this.#fail('not-http');
      return end;
    }
    if (fieldsAt === INCOMPLETE) return INCOMPLETE;
    const behind = FIELDS.read(bytes, fieldsAt, end);
    if (behind !== INCOMPLETE) this.#beginBody(behind - start);
    return behind;
  }

  #beginBody(headByteCount: ByteCount): void {
    const status = LINE.status;
    if (status < 200 && status !== 101) {
      this.#handler.interim?.(status);
      return;
    }
    this.#status = status;
    this.#headByteCount = headByteCount;
    this.#byteCount = headByteCount;
    const fields = FIELDS;
    const framing = responseFraming(status, fields, this.#expected[this.#answered] as RequestKind);
    this.#keepAlive = LINE.version >= 11 ? !fields.connectionClose : fields.connectionKeepAlive;
    switch (framing) {
      case FRAMING.chunked:
        this.#chunked.reset();
        this.#state = STATE.chunked;
        return;
      case FRAMING.untilClose:
        this.#keepAlive = false;
        this.#state = STATE.untilClose;
        return;
      case FRAMING.tunnel:
        this.#keepAlive = false;
        this.#complete();
        if (this.#state === STATE.head) this.#state = STATE.tunnel;
        return;
      case FRAMING.broken:
        this.#fail('absurd-length');
        return;
      case 0:
        this.#complete();
        return;
      default:
        this.#remaining = framing;
        this.#state = STATE.length;
    }
  }

  #complete(): void {
    this.#state = STATE.head;
    this.#answered++;
    this.#handler.complete({
      status: this.#status,
      byteCount: this.#byteCount,
      headByteCount: this.#headByteCount,
      keepAlive: this.#keepAlive,
    });
  }

  #fail(reason: string): void {
    if (this.#state === STATE.failed) return;
    this.#state = STATE.failed;
    this.#pending.clear();
    this.#handler.failed(reason);
  }
}

/** Answered entries are dropped from the front in lots, so that a pipeline that never runs dry stays small. The array itself is not cut: that costs more than the entry. */
const COMPACT_AT = 64;
