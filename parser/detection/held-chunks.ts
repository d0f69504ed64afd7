/** Chunks of a flow that came before it was known what it speaks, in order; their bytes are copies. */
import type { ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';

export interface HeldChunk {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly offset: StreamOffset;
  readonly at: Micros;
}

export class HeldChunks {
  #chunks: HeldChunk[] = [];
  readonly #byteCounts: [ByteCount, ByteCount] = [0, 0];

  /** When the oldest of them came; undefined where there is none. */
  get since(): Micros | undefined {
    return this.#chunks[0]?.at;
  }

  byteCount(direction: Direction): ByteCount {
    return this.#byteCounts[direction];
  }

  /** @param bytes borrowed */
  add(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    this.#chunks.push({ direction, bytes: new Uint8Array(bytes), offset, at });
    this.#byteCounts[direction] += bytes.length;
  }

  /** What the direction said, and then the bytes given. */
  with(direction: Direction, bytes: Uint8Array): Uint8Array {
    const pieces = this.#chunks.filter((held) => held.direction === direction).map((held) => held.bytes);
    return Buffer.concat([...pieces, bytes]);
  }

  takeAll(): readonly HeldChunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#byteCounts[0] = 0;
    this.#byteCounts[1] = 0;
    return chunks;
  }

  /** Those of one direction, which are not held any longer. */
  take(direction: Direction): readonly HeldChunk[] {
    if (this.#byteCounts[direction] === 0) return NO_CHUNKS;
    const taken = this.#chunks.filter((held) => held.direction === direction);
    this.#chunks = this.#chunks.filter((held) => held.direction !== direction);
    this.#byteCounts[direction] = 0;
    return taken;
  }
}

const NO_CHUNKS: readonly HeldChunk[] = Object.freeze([]);
