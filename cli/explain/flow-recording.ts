/** One flow while it is recorded: what is meant of it is kept, the rest only summed up. */
import type {
  ByteCount,
  Exchange,
  Flow,
  Half,
  Micros,
  PacketTrace,
  PayloadPiece,
  SegmentTrace,
  StreamChunk,
} from '../../core/index.ts';
import { directionIn, FlowRow } from '../ledger/flow-row.ts';
import type { Matches } from './choice.ts';
import type { FlowTrace, StreamSpan, TracedDiscard, TracedExchange, TracedGap } from './flow-trace.ts';
import { revise } from './revision.ts';
import { traceExchange } from './traced-exchange.ts';

/** What may still be kept of all flows together. */
export interface RecordingBudget {
  packets: number;
  /** Gaps and discarded runs. */
  ranges: number;
  exchanges: number;
}

export interface OpenedFlow extends Pick<FlowTrace, 'flow' | 'clientHalf' | 'bases'> {
  /** As in `SegmentTrace`. */
  readonly flowNumber: number;
}

export class FlowRecording {
  readonly flow: Flow;
  readonly flowNumber: number;
  readonly #place: Pick<FlowTrace, 'clientHalf' | 'bases'>;
  readonly #matches: Matches;
  readonly #budget: RecordingBudget;
  readonly #row: FlowRow;
  readonly #packets: PacketTrace[] = [];
  readonly #discards: TracedDiscard[] = [];
  readonly #gaps: TracedGap[] = [];
  readonly #exchanges: TracedExchange[] = [];
  readonly #omitted = { packets: 0, ranges: 0, exchanges: 0 };
  #firstAt: Micros;

  constructor({ flow, flowNumber, clientHalf, bases }: OpenedFlow, matches: Matches, budget: RecordingBudget) {
    this.flow = flow;
    this.flowNumber = flowNumber;
    this.#place = { clientHalf, bases };
    this.#matches = matches;
    this.#budget = budget;
    this.#row = new FlowRow(flow, flow.startedAt);
    this.#firstAt = flow.startedAt;
  }

  /** Some of it lies within the span of time that is meant. */
  get hasContent(): boolean {
    return this.#matches.takesSpan(this.#firstAt, this.#row.lastAt);
  }

  /** It ended before the span of time that is meant. */
  get isIrrelevant(): boolean {
    return this.#row.sums.ended && !this.hasContent;
  }

  packet(trace: PacketTrace): void {
    const { segment, at } = trace;
    this.#firstAt = Math.min(this.#firstAt, at);
    this.#row.lastAt = Math.max(this.#row.lastAt, at);
    if (segment === undefined || !this.#matches.takesTime(at) || !this.#isMeant(segment)) return;
    if (this.#budget.packets <= 0) {
      this.#omitted.packets++;
      return;
    }
    this.#budget.packets--;
    this.#packets.push(trace);
  }

  /** The flow was seen at another place too: what is told of one may be told of the other. */
  seenTwice(): void {
    this.#row.sums.mergeMessages();
  }

  revise(half: Half, piece: PayloadPiece): void {
    revise(this.#packets, half, piece);
  }

  chunk(chunk: StreamChunk): void {
    this.#row.chunk(chunk);
    if (chunk.kind !== 'gap') return;
    const { direction, offset, byteCount, reason, at } = chunk;
    if (this.#keepsRange({ direction, offset, byteCount }))
      this.#gaps.push({ direction, offset, byteCount, reason, at });
  }

  /** @param told the flow in whose sense the direction is: as the collector has it, or with its ends exchanged */
  discarded(told: Flow, span: TracedDiscard): void {
    const { offset, byteCount, reason } = span;
    const direction = directionIn(told, this.flow, span.direction);
    const discard = { ...span, direction };
    this.#row.sums.discarded(direction, byteCount, reason);
    const last = this.#discards.at(-1);
    const goesOn =
      last !== undefined &&
      last.direction === direction &&
      last.reason === reason &&
      last.offset + last.byteCount === offset;
    if (goesOn) this.#discards[this.#discards.length - 1] = { ...last, byteCount: last.byteCount + byteCount };
    else if (this.#keepsRange(discard)) this.#discards.push(discard);
  }

  exchange(exchange: Exchange): void {
    this.#row.exchange(exchange);
    const traced = traceExchange(exchange, this.flow);
    const [from, to] = spanOf(exchange);
    const isNear = traced.messages.some((message) => this.#matches.isNear(this.flow.id, message));
    if (!isNear || !this.#matches.takesSpan(from, to)) return;
    if (this.#budget.exchanges <= 0) {
      this.#omitted.exchanges++;
      return;
    }
    this.#budget.exchanges--;
    const matched = this.#matches.isNamed(exchange) || this.#matches.isFound(exchange);
    const meant = traced.messages.some((message) => this.#matches.touches(this.flow.id, message));
    this.#exchanges.push({ ...traced, matched, meant });
  }

  trace(): FlowTrace {
    return {
      flow: this.flow,
      report: this.#row.report(),
      ...this.#place,
      packets: this.#packets,
      discards: this.#discards,
      gaps: this.#gaps,
      exchanges: [...this.#exchanges].sort(byPlace),
      omitted: this.#omitted,
    };
  }

  #isMeant({ half, pieces }: SegmentTrace): boolean {
    const { clientHalf, bases } = this.#place;
    const direction = half === clientHalf ? 0 : 1;
    const spans = pieces.map(
      ({ position, byteCount }) => ({ direction, offset: position - bases[half], byteCount }) as const,
    );
    return spans.length === 0
      ? this.#matches.touches(this.flow.id, NOWHERE)
      : spans.some((span) => this.#matches.touches(this.flow.id, span));
  }

  #keepsRange(span: StreamSpan): boolean {
    if (!this.#matches.isNear(this.flow.id, span) || !this.#matches.takesTime(this.#row.lastAt)) return false;
    if (this.#budget.ranges <= 0) {
      this.#omitted.ranges++;
      return false;
    }
    this.#budget.ranges--;
    return true;
  }
}

/** A run that no other shares a byte with: meant only where all of the flow is. */
const NOWHERE: StreamSpan = { direction: 0, offset: Number.NEGATIVE_INFINITY, byteCount: 0 };

function spanOf({ request, response, id }: Exchange): readonly [Micros, Micros] {
  const from = request?.firstByteAt ?? response?.firstByteAt ?? id.at;
  return [from, Math.max(from, response?.lastByteAt ?? from, request?.lastByteAt ?? from)];
}

/** By the time of the first byte, then by the place in the stream. */
function byPlace(one: TracedExchange, other: TracedExchange): number {
  if (one.at !== other.at) return one.at - other.at;
  return firstOffset(one) - firstOffset(other);
}

function firstOffset({ messages }: TracedExchange): ByteCount {
  return messages[0]?.offset ?? 0;
}
