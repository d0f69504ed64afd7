/**
 * Reads octets of a message whose every length may lie. The first read that cannot be done fails the cursor: it keeps
 * the problem and stands at the end, so that every later read fails too and loops need one check.
 */

/** Structs and containers within each other; Thrift's own readers stop at 64. */
const MAX_DEPTH = 64;

/** Values of one message that are looked at: more is no longer for people. Each takes at least one octet. */
const MAX_VALUES = 200_000;

export class OctetCursor {
  readonly bytes: Buffer;
  at: number;
  /** Doubles of the compact protocol are little-endian in its version 1. */
  littleEndianDoubles = false;
  /** Empty while all went well. */
  problem = '';
  readonly #end: number;
  #depth = 0;
  #values = 0;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
    this.#end = Math.min(end, bytes.length);
  }

  get failed(): boolean {
    return this.problem !== '';
  }

  get left(): number {
    return this.#end - this.at;
  }

  fail(problem: string): void {
    if (this.problem === '') this.problem = problem;
    this.at = this.#end;
  }

  /** @returns position of so many octets, which are used up; undefined and a failure where they are not there */
  take(byteCount: number): number | undefined {
    if (this.failed || byteCount < 0 || byteCount > this.left) {
      this.fail('cut-off');
      return undefined;
    }
    const at = this.at;
    this.at += byteCount;
    return at;
  }

  u8(): number {
    const at = this.take(1);
    return at === undefined ? 0 : (this.bytes[at] as number);
  }

  u16(): number {
    const at = this.take(2);
    return at === undefined ? 0 : this.bytes.readUInt16BE(at);
  }

  i32(): number {
    const at = this.take(4);
    return at === undefined ? 0 : this.bytes.readInt32BE(at);
  }

  /** Unsigned LEB128 of at most 64 bits. */
  varint64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n && !this.failed; shift += 7n) {
      const octet = this.u8();
      value |= BigInt(octet & 0x7f) << shift;
      if (octet < 0x80) return BigInt.asUintN(64, value);
    }
    this.fail('varint-too-long');
    return 0n;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  varint32(): number {
    return Number(BigInt.asUintN(32, this.varint64()));
  }

  /** A view of so many octets. */
  octets(byteCount: number): Uint8Array {
    const at = this.take(byteCount);
    return at === undefined ? this.bytes.subarray(0, 0) : this.bytes.subarray(at, at + byteCount);
  }

  /** Checks a number of elements against the octets that are left: each takes at least `perElement`. */
  count(declared: number, perElement: number): number {
    if (declared >= 0 && declared * perElement <= this.left) return declared;
    this.fail('size-beyond-message');
    return 0;
  }

  /** Counts a value against the limit. */
  spend(): void {
    this.#values++;
    if (this.#values > MAX_VALUES) this.fail('too-many-values');
  }

  enter(): void {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) this.fail('too-deep');
  }

  leave(): void {
    this.#depth--;
  }
}
