/** Collects one message: copies its bytes out of the chunks into memory that the message owns. */
import {
  type ByteCount,
  MAX_PART_BYTES,
  type Message,
  type Micros,
  type MissingRange,
  type StreamOffset,
} from '../../core/index.ts';
import type { KeptBytes } from './kept-bytes.ts';
import { MAX_SLAB_PIECE_BYTES, type Slab } from './slab.ts';

/** Ranges of missing bytes recorded for one message; a message with more is kept up to there only. */
const MAX_MISSING_RANGES = 1024;

const NO_RANGES: readonly MissingRange[] = Object.freeze([]);
const NO_PARTS: readonly Uint8Array[] = Object.freeze([]);

export class MessageBuilder {
  /** Bytes seen, missing ones not counted. */
  seenBytes: ByteCount = 0;
  /** Bytes copied, all taken from the flow's {@link KeptBytes}. */
  keptBytes: ByteCount = 0;
  truncated = false;
  readonly #slab: Slab | undefined;
  #kept: KeptBytes;
  readonly #maxBodyBytes: ByteCount;
  /** Parts that are full; undefined while there is none, as nearly always. */
  #parts: Uint8Array[] | undefined;
  #part: Uint8Array | undefined;
  #fill = 0;
  #missing: MissingRange[] | undefined;
  #missingBytes = 0;
  #expectedBytes = 0;
  #headByteCount = 0;
  #streamOffset: StreamOffset = 0;
  #firstByteAt: Micros = 0;
  #lastByteAt: Micros = 0;

  /** @param slab absent where bytes are counted and not kept */
  constructor(slab: Slab | undefined, kept: KeptBytes, maxBodyBytes: ByteCount) {
    this.#slab = slab;
    this.#kept = kept;
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** The messages to come are another flow's. */
  serve(kept: KeptBytes): void {
    this.#kept = kept;
  }

  /** @param bodyBytes length of the body, -1 where it is not known yet */
  begin(streamOffset: StreamOffset, firstByteAt: Micros, headByteCount: ByteCount, bodyBytes: ByteCount): void {
    this.seenBytes = 0;
    this.keptBytes = 0;
    this.truncated = false;
    this.#parts = undefined;
    this.#part = undefined;
    this.#fill = 0;
    this.#missing = undefined;
    this.#missingBytes = 0;
    this.#expectedBytes = bodyBytes < 0 ? 0 : headByteCount + bodyBytes;
    this.#headByteCount = headByteCount;
    this.#streamOffset = streamOffset;
    this.#firstByteAt = firstByteAt;
    this.#lastByteAt = firstByteAt;
  }

  append(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const count = end - start;
    if (count === 0) return;
    this.seenBytes += count;
    this.#lastByteAt = at;
    const slab = this.#slab;
    if (this.truncated || slab === undefined) return;
    let keep = count;
    const room = this.#headByteCount + this.#maxBodyBytes - this.keptBytes;
    if (keep > room) {
      keep = room;
      this.truncated = true;
    }
    if (!this.#kept.take(keep)) {
      this.truncated = true;
      return;
    }
    this.keptBytes += keep;
    this.#copy(slab, bytes, start, start + keep);
  }

  /** Bytes of the message that were never seen. */
  skip(byteCount: ByteCount): void {
    const offset = this.seenBytes + this.#missingBytes;
    this.#missingBytes += byteCount;
    this.#missing ??= [];
    const last = this.#missing[this.#missing.length - 1];
    if (last !== undefined && last.offset + last.byteCount === offset) {
      this.#missing[this.#missing.length - 1] = { offset: last.offset, byteCount: last.byteCount + byteCount };
    } else if (this.#missing.length < MAX_MISSING_RANGES) this.#missing.push({ offset, byteCount });
    else this.truncated = true;
  }

  /** The message as far as it came. The builder is free for the next one. */
  finish(ended: boolean): Message {
    this.#closePart();
    return {
      parts: this.#parts ?? NO_PARTS,
      byteCount: this.seenBytes + this.#missingBytes,
      headByteCount: this.#headByteCount,
      streamOffset: this.#streamOffset,
      firstByteAt: this.#firstByteAt,
      lastByteAt: this.#lastByteAt,
      complete: ended && this.#missingBytes === 0,
      truncated: this.truncated,
      missing: this.#missing ?? NO_RANGES,
    };
  }

  get hasGaps(): boolean {
    return this.#missingBytes > 0;
  }

  #copy(slab: Slab, bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    while (from < end) {
      let part = this.#part;
      if (part === undefined || this.#fill === part.length) {
        this.#closePart();
        part = this.#openPart(slab, end - from);
      }
      const until = Math.min(end, from + part.length - this.#fill);
      part.set(from === 0 && until === bytes.length ? bytes : bytes.subarray(from, until), this.#fill);
      this.#fill += until - from;
      from = until;
    }
  }

  /** A message of known modest length gets one part; others get parts that double, so few chunks or many cost the same. */
  #openPart(slab: Slab, needed: ByteCount): Uint8Array {
    const left = this.#expectedBytes - this.seenBytes - this.#missingBytes + needed;
    let size = needed;
    if (this.#expectedBytes > 0 && left <= MAX_SLAB_PIECE_BYTES) size = Math.max(needed, left);
    else if (this.#parts !== undefined)
      size = Math.max(needed, (this.#parts[this.#parts.length - 1] as Uint8Array).length * 2);
    this.#part = slab.take(Math.min(size, MAX_PART_BYTES));
    this.#fill = 0;
    return this.#part;
  }

  #closePart(): void {
    const part = this.#part;
    if (part === undefined) return;
    this.#part = undefined;
    let closed = part;
    if (this.#fill < part.length) {
      closed = part.subarray(0, this.#fill);
      if (part.length - this.#fill > MAX_SLAB_PIECE_BYTES) closed = new Uint8Array(closed);
    }
    // A list of one takes no room for more, which `push` onto an empty one would.
    if (this.#parts === undefined) this.#parts = [closed];
    else this.#parts.push(closed);
  }
}
