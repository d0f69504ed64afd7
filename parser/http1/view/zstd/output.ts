/** Decoded octets of a Zstandard stream: grows up to a limit, and repeats what it holds. */
import type { ByteCount } from '../../../../core/index.ts';
import { MAX_BLOCK_BYTES } from './literals.ts';
import { ZstdError } from './zstd-error.ts';

/** There is more than the limit. */
export class OutputFull extends Error {
  override readonly name = 'OutputFull';
}

export class Output {
  readonly #maxBytes: ByteCount;
  #bytes: Uint8Array;
  #length = 0;
  /** Nothing before the frame can be repeated in it. */
  #frameStart = 0;
  #blockEnd = 0;

  /** @param expected first room, in bytes */
  constructor(maxBytes: ByteCount, expected: ByteCount) {
    this.#maxBytes = maxBytes;
    this.#bytes = new Uint8Array(Math.min(maxBytes, expected));
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  beginFrame(): void {
    this.#frameStart = this.#length;
  }

  beginBlock(): void {
    this.#blockEnd = this.#length + MAX_BLOCK_BYTES;
  }

  write(octets: Uint8Array): void {
    const take = this.#room(octets.length);
    this.#bytes.set(take < octets.length ? octets.subarray(0, take) : octets, this.#length);
    this.#advance(take, octets.length);
  }

  fill(octet: number, count: number): void {
    const take = this.#room(count);
    this.#bytes.fill(octet, this.#length, this.#length + take);
    this.#advance(take, count);
  }

  /** @param distance how far back the octets to repeat begin; they may overlap with what is written */
  repeat(distance: number, count: number): void {
    if (distance <= 0 || distance > this.#length - this.#frameStart) throw new ZstdError('offset before the frame');
    const take = this.#room(count);
    const bytes = this.#bytes;
    const end = this.#length + take;
    if (distance >= take) bytes.copyWithin(this.#length, this.#length - distance, end - distance);
    else for (let at = this.#length; at < end; at++) bytes[at] = bytes[at - distance] as number;
    this.#advance(take, count);
  }

  /** How many of so many octets fit under the limit; there is room for those then. */
  #room(count: number): number {
    if (this.#length + count > this.#blockEnd) throw new ZstdError('block too long');
    const take = Math.min(count, this.#maxBytes - this.#length);
    if (this.#length + take > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.#maxBytes, Math.max(2 * this.#bytes.length, this.#length + take)));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    return take;
  }

  #advance(taken: number, wanted: number): void {
    this.#length += taken;
    if (taken < wanted) throw new OutputFull();
  }
}
