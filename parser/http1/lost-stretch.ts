/**
 * Bytes that came after a loss, held until evidence tells where a message begins among them.
 *
 *   … message │ gap │ tail of something │ message │ message …
 *                   └─────────── held ─────────────────────
 *
 * Bounded by {@link MAX_STRETCH_BYTES}, and by what the flow may keep.
 */
import type { ByteCount, Micros, StreamOffset } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';

/** Enough for the rest of most messages and the next few; beyond it one has to decide on what there is. */
export const MAX_STRETCH_BYTES: ByteCount = 64 * 1024;

const FIRST_CAPACITY: ByteCount = 2048;

/** Bytes that came together: those up to `end`, from the end of the piece before. */
export interface StretchPiece {
  readonly end: ByteCount;
  readonly at: Micros;
}

export class LostStretch {
  /** Stream offset of the first byte. */
  readonly offset: StreamOffset;
  /** Nothing but whole messages was read up to the loss, and no byte since was given up: one may begin with the first byte. */
  readonly followsGap: boolean;
  readonly pieces: StretchPiece[] = [];
  readonly #kept: KeptBytes;
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;
  #refused = false;

  constructor(offset: StreamOffset, followsGap: boolean, kept: KeptBytes) {
    this.offset = offset;
    this.followsGap = followsGap;
    this.#kept = kept;
  }

  get length(): ByteCount {
    return this.#length;
  }

  /** A view; valid until the next `hold`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Nothing more goes in. */
  get full(): boolean {
    return this.#refused || this.#length === MAX_STRETCH_BYTES;
  }

  /** Copies what there is room for. @returns position behind it */
  hold(bytes: Uint8Array, start: number, end: number, at: Micros): number {
    const stop = Math.min(end, start + MAX_STRETCH_BYTES - this.#length);
    if (!this.#kept.take(stop - start)) {
      this.#refused = true;
      return start;
    }
    const needed = this.#length + stop - start;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(MAX_STRETCH_BYTES, Math.max(needed, this.#bytes.length * 2)));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(start, stop), this.#length);
    this.#length = needed;
    const last = this.pieces[this.pieces.length - 1];
    if (last?.at === at) this.pieces[this.pieces.length - 1] = { end: needed, at };
    else this.pieces.push({ end: needed, at });
    return stop;
  }

  /** Gives back what it took of the flow's room. */
  release(): void {
    this.#kept.release(this.#length);
  }
}
