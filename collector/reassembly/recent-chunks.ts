/**
 * The data chunks handed on last, of all flows together, so that a retransmission can be compared with what it repeats.
 *
 *     ring, by number     … │ 41 │ 42 │ 43 │ 44 │ …          the oldest is overwritten
 *     a direction              ◀──── 42 ◀────── 44            each knows the one before it of its own direction
 *
 * Bounded by {@link CAPACITY} chunks, which may keep as many read buffers. Handing on costs three stores; a comparison
 * walks back along its own direction, at most {@link MAX_STEPS}. What lies further back is not compared.
 */
import type { DataChunk } from '../../core/index.ts';
import { compareRuns, type RunListener } from './byte-runs.ts';
import type { HalfFlow } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

/** A power of two: at 10,000 segments a second it reaches back for a fifth of one, which is a retransmission timeout. */
const CAPACITY = 2_048;
const SLOT_MASK = CAPACITY - 1;
const MAX_STEPS = 64;

export class RecentChunks {
  readonly #chunks: (DataChunk | undefined)[] = new Array(CAPACITY).fill(undefined);
  readonly #before = new Int32Array(CAPACITY);
  /** Number of the last chunk; wraps at 32 bits. */
  #last = 0;

  add(half: HalfFlow, chunk: DataChunk): void {
    const number = (this.#last + 1) | 0;
    const slot = number & SLOT_MASK;
    this.#last = number;
    this.#chunks[slot] = chunk;
    this.#before[slot] = half.lastChunk;
    half.lastChunk = number;
  }

  /**
   * Compares bytes that were handed on already.
   *
   * @param data holds the bytes `[position, end)` of the stream from `start` on
   */
  compare(
    tracked: TrackedFlow,
    half: HalfFlow,
    position: number,
    end: number,
    data: Uint8Array,
    start: number,
    tell: RunListener,
  ): void {
    let at = position;
    for (const chunk of this.#chunksOf(tracked, half, position, end)) {
      const chunkStart = chunk.offset + half.base;
      const from = Math.max(at, chunkStart);
      const to = Math.min(end, chunkStart + chunk.bytes.length);
      if (to <= from) continue;
      if (from > at) tell(at, from - at, false);
      compareRuns(
        chunk.bytes,
        from - chunkStart,
        data,
        start + from - position,
        to - from,
        (offset, byteCount, differs) => tell(from + offset, byteCount, differs),
      );
      at = to;
    }
    if (at < end) tell(at, end - at, false);
  }

  /** The chunks that are still known of the range, in stream order. */
  #chunksOf(tracked: TrackedFlow, half: HalfFlow, position: number, end: number): readonly DataChunk[] {
    const found: DataChunk[] = [];
    let number = half.lastChunk;
    for (let step = 0; step < MAX_STEPS; step++) {
      const age = (this.#last - number) | 0;
      if (age < 0 || age >= CAPACITY) break;
      const chunk = this.#chunks[number & SLOT_MASK];
      if (chunk === undefined || chunk.flow !== tracked.flow || chunk.direction !== half.direction) break;
      const chunkStart = chunk.offset + half.base;
      if (chunkStart < end && chunkStart + chunk.bytes.length > position) found.push(chunk);
      if (chunkStart <= position) break;
      number = this.#before[number & SLOT_MASK] as number;
    }
    return found.reverse();
  }
}
