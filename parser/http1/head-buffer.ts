/** The beginning of a head whose end has not come yet. Remembers how far it searched, so any cut costs linear time. */
import type { ByteCount } from '../../core/index.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const CR = 0x0d;
const LF = 0x0a;

const FIRST_CAPACITY: ByteCount = 256;

export class HeadBuffer {
  #bytes: Uint8Array;
  #length = 0;
  #searched = 0;
  #hasLine = false;

  /** @param room memory to begin with */
  constructor(room: Uint8Array = new Uint8Array(0)) {
    this.#bytes = room;
  }

  /** Valid up to {@link length}; overwritten by the next `append` after `clear`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get length(): ByteCount {
    return this.#length;
  }

  /** A line end was found so far. */
  get hasLine(): boolean {
    return this.#hasLine;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2, FIRST_CAPACITY));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
  }

  /** Position behind the first empty line, or -1 while there is none. */
  findEnd(): number {
    const bytes = this.#bytes;
    const length = this.#length;
    let at = this.#searched;
    for (; at < length; at++) {
      if (bytes[at] !== LF) continue;
      this.#hasLine = true;
      if (at + 1 < length && bytes[at + 1] === LF) return at + 2;
      if (at + 2 < length && bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
    }
    this.#searched = Math.max(0, length - 2);
    return -1;
  }

  clear(): void {
    this.#length = 0;
    this.#searched = 0;
    this.#hasLine = false;
    if (this.#bytes.length > KEPT_CAPACITY) this.#bytes = new Uint8Array(0);
  }
}

/** A flow that once sent a long head does not keep that much memory for ever. */
const KEPT_CAPACITY: ByteCount = 4096;
