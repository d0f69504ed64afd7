/** Sum over the postings of a block, the same in whatever order they come. */
import { crc32 } from 'node:zlib';

export class BlockDigest {
  #postings = 0;
  #low = 0;
  #high = 0;

  add(key: Uint8Array, value: Uint8Array): void {
    const low = crc32(value, crc32(key));
    this.#postings++;
    this.#low = (this.#low + low) >>> 0;
    this.#high = (this.#high + crc32(key, low)) >>> 0;
  }

  get text(): string {
    return `${this.#postings}:${this.#low.toString(16)}:${this.#high.toString(16)}`;
  }
}
