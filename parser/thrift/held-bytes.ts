/** The beginning of a message whose head is not complete yet. */
import type { ByteCount } from '../../core/index.ts';

const FIRST_CAPACITY: ByteCount = 256;

/** A flow that once sent a long head does not keep that much memory for ever. */
const KEPT_CAPACITY: ByteCount = 4096;

export class HeldBytes {
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** What is held stands in it from {@link start} to {@link end}; overwritten by `append`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  get length(): ByteCount {
    return this.#end - this.#start;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#end + end - start;
    if (needed > this.#bytes.length) {
      const held = this.#bytes.subarray(this.#start, this.#end);
      const grown = new Uint8Array(Math.max(FIRST_CAPACITY, (held.length + end - start) * 2));
      grown.set(held);
      this.#bytes = grown;
      this.#end = held.length;
      this.#start = 0;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#end);
    this.#end += end - start;
  }

  /** Lets go of the first bytes. */
  drop(byteCount: ByteCount): void {
    this.#start += byteCount;
    if (this.#start === this.#end) this.clear();
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#bytes.length > KEPT_CAPACITY) this.#bytes = new Uint8Array(0);
  }
}
