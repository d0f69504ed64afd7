/**
 * Numbers of a payload: LEB128, seven bits an octet, the lowest first, bit 7 set where more follow. Up to 2^53 − 1.
 *
 * Signed ones take turns (0, −1, 1, −2, …), so that small ones of either sign are short.
 */
import { type ByteCount, BytecopyError } from '../../core/index.ts';

/** A number takes 8 octets at most. */
export const MAX_NUMBER_BYTES: ByteCount = 8;

/** Signed numbers lie within ± this, so that they stay exact when they are folded. */
export const MAX_SIGNED = 2 ** 51;

export class NumberWriter {
  buf = new Uint8Array(16 * 1024);
  pos = 0;

  /** Makes room for so many numbers: asked once for all of a record. */
  reserve(count: number): void {
    const end = this.pos + count * MAX_NUMBER_BYTES;
    if (end <= this.buf.length) return;
    const larger = new Uint8Array(Math.max(end, this.buf.length * 2));
    larger.set(this.buf.subarray(0, this.pos));
    this.buf = larger;
  }

  /** @param value whole, 0 to 2^53 − 1; room for it was reserved */
  put(value: number): void {
    if (value < 0x80) this.buf[this.pos++] = value;
    else this.#putLong(value);
  }

  /** @param value whole, within ± {@link MAX_SIGNED} */
  putSigned(value: number): void {
    this.put(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Appends what another wrote; room for it was reserved. */
  putAll({ buf, pos }: NumberWriter): void {
    // Shorter ones are copied faster by hand.
    for (let i = 0; i < pos; i++) this.buf[this.pos++] = buf[i] as number;
  }

  #putLong(value: number): void {
    let rest = value;
    while (rest >= 0x1000_0000) {
      this.buf[this.pos++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    let low = rest | 0;
    while (low >= 0x80) {
      this.buf[this.pos++] = (low & 0x7f) | 0x80;
      low >>>= 7;
    }
    this.buf[this.pos++] = low;
  }
}

export class NumberReader {
  pos = 0;
  readonly #buf: Uint8Array;
  readonly #end: number;

  constructor(buf: Uint8Array, start: number, end: number) {
    this.#buf = buf;
    this.pos = start;
    this.#end = end;
  }

  /** @throws BytecopyError `STORE_CORRUPT_BLOCK` */
  number(): number {
    const octet = this.#buf[this.pos] as number;
    if (octet < 0x80 && this.pos < this.#end) {
      this.pos++;
      return octet;
    }
    return this.#longNumber();
  }

  signed(): number {
    const folded = this.number();
    if (folded < 0x4000_0000) return (folded >>> 1) ^ -(folded & 1);
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  #longNumber(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_NUMBER_BYTES; i++) {
      if (this.pos >= this.#end) throw notAPayload('its numbers end early');
      const octet = this.#buf[this.pos++] as number;
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 0x80;
    }
    throw notAPayload('a number is out of range');
  }
}

export function notAPayload(finding: string, cause?: unknown): BytecopyError {
  const because = cause === undefined ? {} : { cause };
  return new BytecopyError('STORE_CORRUPT_BLOCK', `not what a block holds: ${finding}`, because);
}
