/** The chunks that one call hands on, and the account of the bytes in them. */
import type { Account, ByteCount, CloseReason, DataChunk, GapReason, Micros, StreamChunk } from '../../core/index.ts';
import type { HalfFlow } from './half-flow.ts';
import { RecentChunks } from './recent-chunks.ts';
import type { TrackedFlow } from './tracked-flow.ts';

const NO_CHUNKS: readonly StreamChunk[] = [];

export class ChunkOutput {
  /** What was handed on last. */
  readonly recent = new RecentChunks();
  readonly #bytes: Account;
  #chunks: StreamChunk[] = [];

  constructor(bytes: Account) {
    this.#bytes = bytes;
  }

  /** What was added since the last call; one shared empty array when there is nothing. */
  take(): readonly StreamChunk[] {
    if (this.#chunks.length === 0) return NO_CHUNKS;
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  add(chunk: StreamChunk): void {
    this.#chunks.push(chunk);
  }

  /** Hands on the bytes at the half's `next`, which moves behind them. */
  data(tracked: TrackedFlow, half: HalfFlow, bytes: Uint8Array, at: Micros): void {
    const { flow } = tracked;
    if (flow === undefined) return;
    const { direction } = half;
    const chunk: DataChunk = { kind: 'data', flow, direction, offset: half.next - half.base, bytes, at };
    this.#chunks.push(chunk);
    this.recent.add(half, chunk);
    half.advanceTo(half.next + bytes.length);
    this.#bytes.out += bytes.length;
  }

  /** Says that the bytes from the half's `next` up to `end` are missing. */
  gap(tracked: TrackedFlow, half: HalfFlow, end: number, reason: GapReason, at: Micros): void {
    const { flow } = tracked;
    if (flow === undefined) return;
    const byteCount: ByteCount = end - half.next;
    const { direction } = half;
    this.#chunks.push({ kind: 'gap', flow, direction, offset: half.next - half.base, byteCount, reason, at });
    half.advanceTo(end);
  }

  close(tracked: TrackedFlow, half: HalfFlow, reason: CloseReason, at: Micros): void {
    const { flow } = tracked;
    if (flow === undefined || half.closed) return;
    half.closed = true;
    this.#chunks.push({ kind: 'close', flow, direction: half.direction, reason, at });
  }
}
