/** A head that is held in part: its bytes, where and when they came, and what is needed to go on. */
import type { ByteCount, Micros, StreamOffset } from '../../core/index.ts';
import { HeldBytes } from './held-bytes.ts';

export class HeldHead {
  readonly held = new HeldBytes();
  /** Of the first byte. */
  offset: StreamOffset = 0;
  at: Micros = 0;
  /** Whether it may be old binary. */
  mayBeOld = true;
  /** Length of the whole message where its frame tells it, otherwise -1. */
  messageBytes = -1;
  /** So many bytes must be there before reading the head again. */
  needed: ByteCount = 0;
  /** The owner's mark when the first {@link #marked} bytes came. */
  #mark = 0;
  #marked: ByteCount = 0;

  get length(): ByteCount {
    return this.held.length;
  }

  /** @param offset of the byte at `start`, `mark` the owner's: both count where nothing was held */
  append(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros, mark: number): void {
    if (this.held.length === 0) {
      this.offset = offset;
      this.at = at;
      this.#mark = mark;
      this.#marked = 0;
    }
    if (this.#mark === mark) this.#marked += end - start;
    this.held.append(bytes, start, end);
  }

  /** The owner's mark when the last of the first so many bytes came. @param now the mark of this moment */
  markOf(byteCount: ByteCount, now: number): number {
    return byteCount <= this.#marked ? this.#mark : now;
  }

  /** Lets go of the first bytes; what is left is looked at anew. */
  drop(byteCount: ByteCount, at: Micros, mark: number): void {
    this.held.drop(byteCount);
    this.offset += byteCount;
    this.needed = 1;
    if (byteCount >= this.#marked) {
      this.at = at;
      this.#mark = mark;
      this.#marked = this.held.length;
    } else this.#marked -= byteCount;
  }
}
