/** What was told about one flow while a capture went through the stages: packets, ranges and exchanges, not joined yet. */
import type {
  ByteCount,
  Direction,
  Flow,
  GapReason,
  Half,
  Micros,
  MissingRange,
  PacketTrace,
  StreamOffset,
} from '../../core/index.ts';
import type { FlowReport } from '../ledger/flow-row.ts';

export interface TracedMessage {
  readonly side: 'request' | 'response' | 'interim';
  /** In the sense of the traced flow. */
  readonly direction: Direction;
  readonly offset: StreamOffset;
  readonly byteCount: ByteCount;
  readonly headByteCount: ByteCount;
  readonly missing: readonly MissingRange[];
  /** Its start line, or what stands for one; credentials as placeholders, not escaped. May be empty. */
  readonly firstLine: string;
}

/** An exchange without its bytes. */
export interface TracedExchange {
  readonly id: string;
  readonly at: Micros;
  readonly protocol: string;
  readonly operation: string;
  readonly status: number;
  readonly outcome: string;
  readonly reason: string;
  readonly notes: readonly string[];
  readonly messages: readonly TracedMessage[];
  /** The query or the id that was asked for finds it. */
  readonly matched: boolean;
  /** It is told; false for neighbours, which only name the bytes beside those that were asked for. */
  readonly meant: boolean;
}

/** A run of bytes of one direction. */
export interface StreamSpan {
  readonly direction: Direction;
  readonly offset: StreamOffset;
  readonly byteCount: ByteCount;
}

export interface TracedDiscard extends StreamSpan {
  readonly reason: string;
}

export interface TracedGap extends StreamSpan {
  readonly reason: GapReason;
  /** When it was given up to wait for the bytes. */
  readonly at: Micros;
}

export interface FlowTrace {
  readonly flow: Flow;
  readonly report: FlowReport;
  /** The half that goes from client to server, and the position of each half's first stream byte. */
  readonly clientHalf: Half;
  readonly bases: readonly [number, number];
  readonly packets: readonly PacketTrace[];
  readonly discards: readonly TracedDiscard[];
  readonly gaps: readonly TracedGap[];
  readonly exchanges: readonly TracedExchange[];
  /** What was left out because there is too much of it. */
  readonly omitted: { readonly packets: number; readonly ranges: number; readonly exchanges: number };
}
