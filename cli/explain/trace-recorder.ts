/**
 * The second reading of a capture: everything that is told about the flows that are meant.
 *
 * Bounded: beyond so many packets, ranges and exchanges it only counts what is left out.
 */
import type {
  ByteCount,
  Direction,
  Exchange,
  Flow,
  FlowId,
  Half,
  PacketTrace,
  PayloadPiece,
  StreamChunk,
  StreamOffset,
} from '../../core/index.ts';
import { hasSameEnds } from '../ledger/flow-row.ts';
import type { PipelineWitness } from '../pipeline/pipeline-witness.ts';
import type { Matches } from './choice.ts';
import { FlowRecording, type RecordingBudget } from './flow-recording.ts';
import type { FlowTrace } from './flow-trace.ts';
import { UnopenedFlows } from './unopened-flows.ts';

export interface RecorderOptions {
  /** Packets without a flow are kept too. */
  readonly keepLoose: boolean;
  readonly budget?: Partial<RecordingBudget>;
  /** Flows recorded at most; one costs some kB. */
  readonly maxFlows?: number;
}

const MAX_FLOWS = 10_000;

/** Some tens of MB; nobody reads more lines. */
const BUDGET: RecordingBudget = { packets: 20_000, ranges: 20_000, exchanges: 20_000 };

export class TraceRecorder implements PipelineWitness {
  readonly #matches: Matches;
  readonly #keepLoose: boolean;
  readonly #budget: RecordingBudget;
  readonly #recordings = new Map<number, FlowRecording>();
  readonly #byId = new Map<FlowId, FlowRecording[]>();
  readonly #unopened = new UnopenedFlows();
  readonly #ignored: PacketTrace[] = [];
  readonly #maxFlows: number;
  #cut = false;

  constructor(matches: Matches, { keepLoose, budget, maxFlows }: RecorderOptions) {
    this.#maxFlows = maxFlows ?? MAX_FLOWS;
    this.#matches = matches;
    this.#keepLoose = keepLoose;
    this.#budget = { ...BUDGET, ...budget };
  }

  packet(trace: PacketTrace): void {
    const { segment } = trace;
    if (segment === undefined || segment.flowNumber === 0) {
      if (!this.#keepLoose || !this.#matches.takesTime(trace.at) || this.#budget.packets <= 0) return;
      this.#budget.packets--;
      this.#ignored.push(trace);
      return;
    }
    const recording = this.#recordings.get(segment.flowNumber);
    if (recording !== undefined) recording.packet(trace);
    else this.#unopened.add(segment.flowNumber, trace);
  }

  flowOpened(flowNumber: number, flow: Flow, clientHalf: Half, bases: readonly [number, number]): void {
    const before = this.#unopened.take(flowNumber);
    if (!this.#matches.takes(flow) || this.#matches.isOver(flow.startedAt)) return;
    if (this.#recordings.size >= this.#maxFlows) {
      this.#cut = true;
      return;
    }
    const recording = new FlowRecording({ flow, flowNumber, clientHalf, bases }, this.#matches, this.#budget);
    this.#recordings.set(flowNumber, recording);
    const views = [...(this.#byId.get(flow.id) ?? []), recording];
    this.#byId.set(flow.id, views);
    if (views.some((view) => !hasSameEnds(view.flow, flow))) for (const view of views) view.seenTwice();
    for (const trace of before) recording.packet(trace);
  }

  revised(flowNumber: number, half: Half, piece: PayloadPiece): void {
    const recording = this.#recordings.get(flowNumber);
    if (recording !== undefined) recording.revise(half, piece);
    else this.#unopened.revise(flowNumber, half, piece);
  }

  shed(): void {}

  chunks(chunks: readonly StreamChunk[]): void {
    for (const chunk of chunks) {
      const recording = this.#find(chunk.flow);
      recording?.chunk(chunk);
      if (chunk.kind === 'close' && recording?.isIrrelevant) this.#forget(recording);
    }
  }

  discarded(flow: Flow, direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#find(flow)?.discarded(flow, { direction, offset, byteCount, reason });
  }

  /** One that was seen at two places comes out once, and is told of both. */
  exchange(exchange: Exchange): void {
    const { flow } = exchange;
    const views = this.#byId.get(flow.id) ?? [];
    const isMerged = flow.vantage === 'both' && views.every((view) => view.flow !== flow);
    if (isMerged && views.some((view) => !hasSameEnds(view.flow, flow)))
      for (const view of views) view.exchange(exchange);
    else this.#find(flow)?.exchange(exchange);
  }

  sourceEnded(): void {}

  /** There were more flows than are recorded. */
  get cut(): boolean {
    return this.#cut;
  }

  /** The flows in the order in which they opened. */
  flows(): readonly FlowTrace[] {
    return [...this.#recordings.values()]
      .filter((recording) => recording.hasContent)
      .map((recording) => recording.trace());
  }

  /** Packets without a flow: ignored ones, and those of flows that never opened, in order. */
  loosePackets(): readonly PacketTrace[] {
    if (!this.#keepLoose) return [];
    return [...this.#ignored, ...this.#unopened.all()].sort((one, other) => one.number - other.number);
  }

  #forget(recording: FlowRecording): void {
    this.#recordings.delete(recording.flowNumber);
    const views = this.#byId.get(recording.flow.id)?.filter((view) => view !== recording) ?? [];
    if (views.length === 0) this.#byId.delete(recording.flow.id);
    else this.#byId.set(recording.flow.id, views);
  }

  /** The flow itself, or else the one of the same ends that opened last: one that was forgotten may open again. */
  #find(flow: Flow): FlowRecording | undefined {
    const views = this.#byId.get(flow.id);
    return (
      views?.find((view) => view.flow === flow) ?? views?.findLast((view) => hasSameEnds(view.flow, flow)) ?? views?.[0]
    );
  }
}
