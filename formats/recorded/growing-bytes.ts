/** Bytes that are appended and cut off at the front; appending costs no more than twice the copy, however small the pieces. */
export class GrowingBytes {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  /** A view: what is cut off stays valid, what is appended later does not change it. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** @param bytes kept without a copy where nothing is left from before */
  append(bytes: Uint8Array): void {
    if (this.#length === 0) {
      this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#length = bytes.length;
      return;
    }
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, 2 * this.#length));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  cut(byteCount: number): void {
    if (byteCount === 0) return;
    // What follows is appended to a buffer of its own.
    this.#buffer = this.#buffer.subarray(byteCount, this.#length);
    this.#length -= byteCount;
  }
}
