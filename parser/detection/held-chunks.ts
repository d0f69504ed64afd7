/** Chunks of a flow that came before it was known what it speaks, in order; their bytes are copies. */
import type { ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';

export interface HeldChunk {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly offset: StreamOffset;
  readonly at: Micros;
}

const NO_CHUNKS: readonly HeldChunk[] = Object.freeze([]);

export class HeldChunks {
  /** Shared while there are none, as nearly always. */
  #chunks: readonly HeldChunk[] = NO_CHUNKS;
  #clientBytes: ByteCount = 0;
  #serverBytes: ByteCount = 0;

  /** When the oldest of them came; undefined where there is none. */
  get since(): Micros | undefined {
    return this.#chunks[0]?.at;
  }

  byteCount(direction: Direction): ByteCount {
    return direction === 0 ? this.#clientBytes : this.#serverBytes;
  }

  /** @param bytes borrowed */
  add(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): HeldChunk {
    const chunk = { direction, bytes: new Uint8Array(bytes), offset, at };
    if (this.#chunks === NO_CHUNKS) this.#chunks = [chunk];
    else (this.#chunks as HeldChunk[]).push(chunk);
    if (direction === 0) this.#clientBytes += bytes.length;
    else this.#serverBytes += bytes.length;
    return chunk;
  }

  holds(chunk: HeldChunk): boolean {
    return this.#chunks.includes(chunk);
  }

  /** All of them, in order. */
  get all(): readonly HeldChunk[] {
    return this.#chunks;
  }

  /** What the direction said, and then the bytes given. */
  with(direction: Direction, bytes: Uint8Array): Uint8Array {
    const pieces = this.#chunks.filter((held) => held.direction === direction).map((held) => held.bytes);
    return Buffer.concat([...pieces, bytes]);
  }

  takeAll(): readonly HeldChunk[] {
    const chunks = this.#chunks;
    this.#chunks = NO_CHUNKS;
    this.#clientBytes = 0;
    this.#serverBytes = 0;
    return chunks;
  }

  /** Those of one direction, which are not held any longer. */
  take(direction: Direction): readonly HeldChunk[] {
    if (this.byteCount(direction) === 0) return NO_CHUNKS;
    const taken = this.#chunks.filter((held) => held.direction === direction);
    this.#chunks = this.#chunks.filter((held) => held.direction !== direction);
    if (direction === 0) this.#clientBytes = 0;
    else this.#serverBytes = 0;
    return taken;
  }
}
