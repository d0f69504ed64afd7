/** One flow explained: each packet with what its bytes became, gaps between them, and the exchanges they made. Pure. */
import type { ByteCount, Direction, Half, Micros, PacketTrace, SegmentTrace, StreamOffset } from '../../core/index.ts';
import { type ByteRange, firstEndingAfter, mapBytes, rangesWithin } from './byte-map.ts';
import type { FlowTrace, StreamSpan, TracedExchange, TracedGap } from './flow-trace.ts';
import { lostSides } from './lost-sides.ts';

export interface ExplainedPiece {
  /** Negative for bytes before the first one, such as a keep-alive's. */
  readonly offset: StreamOffset;
  readonly byteCount: ByteCount;
  /** `stream`, or why it was set aside. */
  readonly fate: string;
  /** What these bytes of the stream became; of a set-aside piece: those that were taken in its place. */
  readonly became: readonly ByteRange[];
}

export interface ExplainedPacket {
  readonly kind: 'packet';
  readonly number: number;
  readonly at: Micros;
  /** `decoded`, or why it was ignored although its flow is known. */
  readonly fate: string;
  readonly direction: Direction;
  /** `SA` for SYN and ACK. */
  readonly flags: string;
  /** From the flow's first numbers, a SYN as 0; as Wireshark shows them. */
  readonly sequence: number;
  readonly acknowledgment: number | undefined;
  /** Payload on the wire. */
  readonly byteCount: ByteCount;
  readonly pieces: readonly ExplainedPiece[];
  readonly remarks: readonly string[];
}

export interface ExplainedGap extends TracedGap {
  readonly kind: 'gap';
  /** Places of the exchanges with a message that goes over it. */
  readonly breaks: readonly number[];
  /** Places of lone exchanges whose other side may be in it. */
  readonly mayHold: readonly number[];
}

export interface FlowExplanation {
  readonly trace: FlowTrace;
  /** Packets in order, each gap before the packet that carries the bytes behind it. */
  readonly lines: readonly (ExplainedPacket | ExplainedGap)[];
  readonly exchanges: readonly TracedExchange[];
  /** Of both directions: what every byte became. */
  readonly ranges: readonly [readonly ByteRange[], readonly ByteRange[]];
}

/** Letters of the TCP flags, from bit 0. */
const FLAG_LETTERS = ['F', 'S', 'R', 'P', 'A', 'U', 'E', 'C'] as const;
const FLAG_ACK = 0x10;
const FLAG_SYN = 0x02;

export function explainFlow(trace: FlowTrace): FlowExplanation {
  const ranges = [mapBytes(trace, 0), mapBytes(trace, 1)] as const;
  const firstNumbers = firstNumbersOf(trace.packets);
  const packets = trace.packets.flatMap((packet): ExplainedPacket[] =>
    packet.segment === undefined ? [] : [explainPacket(trace, ranges, firstNumbers, packet, packet.segment)],
  );
  const messages = [0, 1].map((direction) => messagesOf(trace.exchanges, direction as Direction));
  const lost = lostSides(trace.gaps, trace.exchanges);
  const gaps = trace.gaps.map((gap) => ({
    ...explainGap(gap, messages[gap.direction] ?? []),
    mayHold: lost.get(gap) ?? [],
  }));
  return { trace, lines: [...placeGaps(packets, gaps)], exchanges: trace.exchanges, ranges };
}

export function formatFlags(flags: number): string {
  return FLAG_LETTERS.filter((_, bit) => (flags & (1 << bit)) !== 0).join('');
}

function explainPacket(
  trace: FlowTrace,
  ranges: FlowExplanation['ranges'],
  firstNumbers: readonly [number, number],
  packet: PacketTrace,
  segment: SegmentTrace,
): ExplainedPacket {
  const { half } = segment;
  const direction: Direction = half === trace.clientHalf ? 0 : 1;
  const acknowledges = (segment.flags & FLAG_ACK) !== 0;
  return {
    kind: 'packet',
    number: packet.number,
    at: packet.at,
    fate: packet.fate,
    direction,
    flags: formatFlags(segment.flags),
    sequence: (segment.sequence - firstNumbers[half]) | 0,
    acknowledgment: acknowledges ? (segment.acknowledgment - firstNumbers[other(half)]) | 0 : undefined,
    byteCount: segment.byteCount,
    pieces: segment.pieces.map(({ position, byteCount, fate }) => {
      const offset = position - trace.bases[half];
      return {
        offset,
        byteCount,
        fate,
        became: rangesWithin(ranges[direction], Math.max(0, offset), offset + byteCount),
      };
    }),
    remarks: segment.remarks,
  };
}

interface PlacedMessage extends StreamSpan {
  readonly exchange: number;
}

function messagesOf(exchanges: readonly TracedExchange[], direction: Direction): readonly PlacedMessage[] {
  return exchanges
    .flatMap(({ messages }, exchange) =>
      messages.map(({ direction, offset, byteCount }) => ({ direction, offset, byteCount, exchange })),
    )
    .filter((message) => message.direction === direction)
    .sort((one, other) => one.offset - other.offset);
}

function explainGap(gap: TracedGap, messages: readonly PlacedMessage[]): Omit<ExplainedGap, 'mayHold'> {
  const breaks: number[] = [];
  for (let i = firstEndingAfter(messages, gap.offset); i < messages.length; i++) {
    const message = messages[i] as PlacedMessage;
    if (message.offset >= gap.offset + gap.byteCount) break;
    breaks.push(message.exchange);
  }
  return { kind: 'gap', ...gap, breaks };
}

/** Each half's number before its first byte: its SYN's, or the one before the first number seen of or for it. */
function firstNumbersOf(packets: readonly PacketTrace[]): readonly [number, number] {
  const first: [number | undefined, number | undefined] = [undefined, undefined];
  for (const { segment } of packets) {
    if (segment === undefined) continue;
    const { half, flags, sequence, acknowledgment } = segment;
    const syn = (flags & FLAG_SYN) !== 0;
    first[half] ??= syn ? sequence : sequence - 1;
    if ((flags & FLAG_ACK) !== 0) first[other(half)] ??= acknowledgment - 1;
    if (first[0] !== undefined && first[1] !== undefined) break;
  }
  return [first[0] ?? 0, first[1] ?? 0];
}

function* placeGaps(
  packets: readonly ExplainedPacket[],
  gaps: readonly ExplainedGap[],
): Generator<ExplainedPacket | ExplainedGap> {
  const waiting = [0, 1].map((direction) => gaps.filter((gap) => gap.direction === direction));
  for (const packet of packets) {
    const queue = waiting[packet.direction] as ExplainedGap[];
    const from = firstStreamByte(packet);
    while (queue[0] !== undefined && from >= queue[0].offset + queue[0].byteCount) yield queue.shift() as ExplainedGap;
    yield packet;
  }
  for (const queue of waiting) yield* queue;
}

function firstStreamByte({ pieces }: ExplainedPacket): StreamOffset {
  const offsets = pieces.filter(({ fate }) => fate === 'stream').map(({ offset }) => offset);
  return offsets.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...offsets);
}

function other(half: Half): Half {
  return half === 0 ? 1 : 0;
}
