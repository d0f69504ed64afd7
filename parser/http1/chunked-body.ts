/**
 * Finds the end of a chunked body (RFC 9112, section 7.1). The bytes stay where they are: only positions are counted.
 *
 *   size(hex) [ ";" extension ] CRLF  data CRLF   …   "0" CRLF  *( trailer field CRLF )  CRLF
 */
import type { ByteCount } from '../../core/index.ts';
import { MARK } from './notes.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const CR = 0x0d;
const HTAB = 0x09;
const LF = 0x0a;
const SP = 0x20;

/** Longest line of size and extensions; servers stop between 4 and 16 KiB. */
export const MAX_CHUNK_LINE_BYTES: ByteCount = 16 * 1024;
/** Longest trailer section, as a head. */
export const MAX_TRAILER_BYTES: ByteCount = 64 * 1024;

/** Beyond it a size is absurd; far from where a double loses integers, so sizes can be added up. */
const MAX_CHUNK_BYTES: ByteCount = 2 ** 48;

const SEMICOLON = 0x3b;

const STATE = {
  size: 0,
  extension: 1,
  data: 2,
  dataEnd: 3,
  trailerStart: 4,
  trailer: 5,
  done: 6,
  failed: 7,
  sizeEnd: 8,
} as const;

export class ChunkedBody {
  /** Why it failed; empty while it has not. */
  reason = '';
  /** Bits of {@link MARK}. */
  marks = 0;
  #state: number = STATE.size;
  #remaining = 0;
  #digits = 0;
  #lineBytes = 0;
  #last = 0;

  get done(): boolean {
    return this.#state === STATE.done;
  }

  reset(): void {
    this.reason = '';
    this.marks = 0;
    this.#beginSize();
  }

  /** @returns position behind the last byte that belongs to the body; less than `end` only when done or failed */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case STATE.data: {
          const take = Math.min(this.#remaining, end - at);
          this.#remaining -= take;
          at += take;
          if (this.#remaining === 0) {
            this.#state = STATE.dataEnd;
            this.#last = 0;
          }
          break;
        }
        case STATE.done:
        case STATE.failed:
          return at;
        default:
          this.#line(bytes[at] as number);
          if (this.#state === STATE.failed) return at;
          at++;
      }
    }
    return at;
  }

  /** Steps over bytes never seen. @returns false when they hold framing: then the end can no longer be found */
  skip(byteCount: ByteCount): boolean {
    if (this.#state !== STATE.data || byteCount > this.#remaining) return false;
    this.#remaining -= byteCount;
    if (this.#remaining === 0) {
      this.#state = STATE.dataEnd;
      this.#last = 0;
    }
    return true;
  }

  #line(octet: number): void {
    this.#lineBytes++;
    switch (this.#state) {
      case STATE.size:
        this.#size(octet);
        break;
      case STATE.sizeEnd:
        if (octet === LF) this.#sizeLineEnded();
        else this.#fail('bad-chunk-size');
        break;
      case STATE.extension:
        this.#extension(octet);
        break;
      case STATE.dataEnd:
        if (octet === LF) {
          if (this.#last !== CR) this.marks |= MARK.chunkBareLf;
          this.#beginSize();
        } else if (octet !== CR || this.#last === CR) this.#fail('bad-chunk-end');
        break;
      case STATE.trailerStart:
      case STATE.trailer:
        this.#trailer(octet);
        break;
    }
    this.#last = octet;
  }

  #size(octet: number): void {
    const digit = hexDigit(octet);
    if (digit >= 0) {
      this.#remaining = this.#remaining * 16 + digit;
      this.#digits++;
      if (this.#remaining > MAX_CHUNK_BYTES) this.#fail('absurd-chunk-size');
      else if (this.#lineBytes > MAX_CHUNK_LINE_BYTES) this.#fail('chunk-line-too-long');
    } else if (this.#digits === 0) this.#fail('bad-chunk-size');
    else if (octet === LF) this.#sizeLineEnded();
    else if (octet === CR) this.#state = STATE.sizeEnd;
    else if (octet === SEMICOLON) this.#state = STATE.extension;
    else if (octet === SP || octet === HTAB) {
      this.marks |= MARK.oddChunkLine;
      this.#state = STATE.extension;
    } else this.#fail('bad-chunk-size');
  }

  /** What follows the size is passed over, as servers do. */
  #extension(octet: number): void {
    const last = this.#last;
    if (octet === LF) {
      this.#sizeLineEnded();
      return;
    }
    if (last === CR || (last === SEMICOLON && octet === CR)) this.marks |= MARK.oddChunkLine;
    if (this.#lineBytes > MAX_CHUNK_LINE_BYTES) this.#fail('chunk-line-too-long');
  }

  #sizeLineEnded(): void {
    if (this.#last !== CR) this.marks |= MARK.chunkBareLf;
    this.#lineBytes = 0;
    this.#state = this.#remaining === 0 ? STATE.trailerStart : STATE.data;
  }

  #trailer(octet: number): void {
    if (octet === LF) {
      const empty = this.#state === STATE.trailerStart;
      if (this.#last !== CR) this.marks |= MARK.chunkBareLf;
      this.#state = empty ? STATE.done : STATE.trailerStart;
    } else if (octet !== CR || this.#state === STATE.trailer) {
      this.#state = STATE.trailer;
      if (this.#lineBytes > MAX_TRAILER_BYTES) this.#fail('trailer-too-long');
    }
  }

  #beginSize(): void {
    this.#state = STATE.size;
    this.#remaining = 0;
    this.#digits = 0;
    this.#lineBytes = 0;
    this.#last = 0;
  }

  #fail(reason: string): void {
    this.#state = STATE.failed;
    this.reason = reason;
    this.marks |= MARK.badChunk;
  }
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
