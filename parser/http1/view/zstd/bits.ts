/** Reads the bits of Zstandard's streams: forwards for table descriptions, backwards for what was coded with them. */
import { ZstdError } from './zstd-error.ts';

/** Little-endian bits from the first octet on. */
export class ForwardBits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start * 8;
    this.#end = end * 8;
  }

  /** @param count 0 to 16 */
  read(count: number): number {
    if (this.#position + count > this.#end) throw new ZstdError('table cut');
    const value = bitsAt(this.#bytes, this.#position, count);
    this.#position += count;
    return value;
  }

  unread(count: number): void {
    this.#position -= count;
  }

  /** Position of the next whole octet. */
  get nextOctet(): number {
    return (this.#position + 7) >>> 3;
  }
}

/** From the last octet back, below the highest bit set in it, which marks the end (RFC 8878, section 4.1). */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  /** Bits not read; below 0 when more were read than there are, which then were zeros. */
  left: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? (bytes[end - 1] as number) : 0;
    if (last === 0) throw new ZstdError('bit stream without end mark');
    this.#bytes = bytes;
    this.#start = start;
    this.left = (end - start) * 8 - (Math.clz32(last) - 23);
  }

  /** @param count 0 to 31 */
  read(count: number): number {
    if (count > 16) return this.read(count - 16) * 0x1_0000 + this.read(16);
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  /** @param count 0 to 16 */
  peek(count: number): number {
    const low = this.left - count;
    if (low >= 0) return bitsAt(this.#bytes, this.#start * 8 + low, count);
    return this.left <= 0 ? 0 : bitsAt(this.#bytes, this.#start * 8, this.left) << -low;
  }
}

/** @param count 0 to 16 */
function bitsAt(bytes: Uint8Array, position: number, count: number): number {
  const at = position >>> 3;
  const octets = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (octets >>> (position & 7)) & ((1 << count) - 1);
}
