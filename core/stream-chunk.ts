/**
 * The noun between collector, bus and parser: one step of one direction of one flow.
 *
 *   open → (data | gap)* → close
 *
 * `open` comes once a flow, before anything else of it; then each direction's data and gaps in stream order without
 * overlap, each starting where the last one ended; `close` once a direction, after which nothing of it follows.
 */
import type { Direction, Flow } from './flow/flow.ts';
import type { ByteCount, Micros, StreamOffset } from './units.ts';

/** Why a direction ended: FIN, RST, idle for too long, forgotten because a bound was hit, or the source ended. */
export type CloseReason = 'fin' | 'rst' | 'timeout' | 'evicted' | 'source-ended';

/** Why bytes are missing: the peer acknowledged them, the snap length cut them, a bound made the collector give up waiting, or the flow ended with later bytes already seen. */
export type GapReason = 'acknowledged' | 'snap-length' | 'evicted' | 'closed';

export interface OpenChunk {
  readonly kind: 'open';
  readonly flow: Flow;
  readonly at: Micros;
}

export interface DataChunk {
  readonly kind: 'data';
  readonly flow: Flow;
  readonly direction: Direction;
  readonly offset: StreamOffset;
  /** Never written again by whoever made the chunk (see Packet); copy what lives long. */
  readonly bytes: Uint8Array;
  readonly at: Micros;
}

export interface GapChunk {
  readonly kind: 'gap';
  readonly flow: Flow;
  readonly direction: Direction;
  readonly offset: StreamOffset;
  readonly byteCount: ByteCount;
  readonly reason: GapReason;
  readonly at: Micros;
}

export interface CloseChunk {
  readonly kind: 'close';
  readonly flow: Flow;
  readonly direction: Direction;
  readonly reason: CloseReason;
  readonly at: Micros;
}

export type StreamChunk = OpenChunk | DataChunk | GapChunk | CloseChunk;
