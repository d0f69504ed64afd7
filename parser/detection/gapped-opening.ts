/**
 * The beginning of a flow of which first bytes were lost, before it was told what the flow speaks: all that was seen, in
 * order, with its gaps. Who reads the flow later is told the loss, and can look for messages behind it.
 *
 *   client  gap ▓▓▓ tail of something ▓▓▓
 *   server                                 ▓▓▓ HTTP/1.1 200 … tells
 */
import type { ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import type { HeldChunk } from './held-chunks.ts';

/** Enough for the rest of most requests before the server answers. */
export const MAX_OPENING_BYTES: ByteCount = 64 * 1024;
/** Every part costs more than its bytes. */
const MAX_OPENING_PARTS = 1024;

export interface HeldGap {
  readonly direction: Direction;
  readonly byteCount: ByteCount;
  readonly offset: StreamOffset;
  readonly at: Micros;
}

export type OpeningPart = HeldChunk | HeldGap;

export class GappedOpening {
  readonly #kept: KeptBytes;
  #parts: OpeningPart[] = [];

  /** @param kept what the flow may keep, at most {@link MAX_OPENING_BYTES} */
  constructor(kept: KeptBytes) {
    this.#kept = kept;
  }

  /** When the first part came. */
  get since(): Micros | undefined {
    return this.#parts[0]?.at;
  }

  /** @returns false where there is no room: then the part is not taken */
  add(part: OpeningPart): boolean {
    if (this.#parts.length === MAX_OPENING_PARTS) return false;
    if ('bytes' in part && !this.#kept.take(part.bytes.length)) return false;
    this.#parts.push(part);
    return true;
  }

  /** Cheap for the newest parts. */
  holds(part: OpeningPart): boolean {
    return this.#parts.lastIndexOf(part) >= 0;
  }

  /** All parts, in order; they are not held any longer. */
  takeAll(): readonly OpeningPart[] {
    const parts = this.#parts;
    this.#parts = [];
    for (const part of parts) if ('bytes' in part) this.#kept.release(part.bytes.length);
    return parts;
  }
}
