/**
 * What a THeader or TTHeader begins with: the payload's protocol, and what was done to the payload.
 *
 *   THeader    protocol:varint  count:varint  transform:varint*
 *   TTHeader   protocol:1       count:1       transform:1*
 */
const ZLIB = 1;

/** Protocols have small numbers, and nobody transforms more often. */
const MAX_PROTOCOL = 15;
const MAX_TRANSFORMS = 8;

const MAX_VARINT_BYTES = 5;

/** Filled by reading; valid until the next. */
export class Transforms {
  /** Position behind them. */
  end = 0;
  count = 0;
  /** zlib's is the only one. */
  isZlib = false;
  #at = 0;

  /** @returns false where it is none */
  readVarints(bytes: Uint8Array, start: number, end: number): boolean {
    this.#at = start;
    const protocol = this.#varint(bytes, end);
    const count = this.#varint(bytes, end);
    if (protocol < 0 || protocol > MAX_PROTOCOL || count < 0 || count > MAX_TRANSFORMS) return false;
    let first = 0;
    for (let i = 0; i < count; i++) {
      const id = this.#varint(bytes, end);
      if (id < 0) return false;
      if (i === 0) first = id;
    }
    return this.#found(this.#at, count, first);
  }

  /** @returns false where it is none */
  readOctets(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < 2 || !mayBeginTransforms(bytes, start)) return false;
    const count = bytes[start + 1] as number;
    if (start + 2 + count > end) return false;
    return this.#found(start + 2 + count, count, bytes[start + 2] as number);
  }

  #found(end: number, count: number, first: number): boolean {
    this.end = end;
    this.count = count;
    this.isZlib = count === 1 && first === ZLIB;
    return true;
  }

  /** @returns -1 where it does not end */
  #varint(bytes: Uint8Array, end: number): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES && this.#at < end; i++) {
      const octet = bytes[this.#at++] as number;
      value += (octet & 0x7f) * 2 ** (7 * i);
      if (octet < 0x80) return value;
    }
    return -1;
  }
}

/** Whether they can begin with these two octets, in either form. */
export function mayBeginTransforms(bytes: Uint8Array, start: number): boolean {
  return (bytes[start] as number) <= MAX_PROTOCOL && (bytes[start + 1] as number) <= MAX_TRANSFORMS;
}
