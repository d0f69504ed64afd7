/** What is asked of a capture: which flows, which bytes of them, which span of time. */
import {
  type Exchange,
  type Flow,
  type FlowId,
  formatExchangeId,
  type Micros,
  type QueryPredicate,
} from '../../core/index.ts';
import { firstEndingAfter } from './byte-map.ts';
import { type FlowFilter, takesFlow } from './flow-filter.ts';
import type { StreamSpan } from './flow-trace.ts';

export interface Choice {
  readonly flow: FlowFilter | undefined;
  readonly where: QueryPredicate | undefined;
  readonly text: Uint8Array | undefined;
  readonly since: Micros;
  /** Not included. */
  readonly until: Micros;
}

/** Nothing was asked for: the whole capture is meant. */
export function isWholeCapture({ flow, where, text, since, until }: Choice): boolean {
  return (
    flow === undefined && where === undefined && text === undefined && since === 0 && until === Number.POSITIVE_INFINITY
  );
}

/** Flows with a match, and runs of bytes; a capture with more matches than this is asked about too broadly. */
const MAX_MATCHED_FLOWS = 1_000;
const MAX_MATCHED_RUNS = 10_000;
/** Bytes beside a run that is meant of which it is told what they became: a packet hardly carries more. */
const NEAR_BYTES = 64 * 1024;

/** The flows and runs that the first reading of a capture found to be meant. */
export class Matches {
  readonly #choice: Choice;
  readonly #found = new Set<FlowId>();
  readonly #runs = new Map<FlowId, RunsOfFlow>();
  #runCount = 0;
  #cut = false;

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  /** There were more than are kept. */
  get cut(): boolean {
    return this.#cut;
  }

  /** A flow with an exchange that the query finds. */
  addFound(id: FlowId): void {
    if (this.#found.size < MAX_MATCHED_FLOWS) this.#found.add(id);
    else if (!this.#found.has(id)) this.#cut = true;
  }

  /** Bytes of the text or the exchange that is asked for. */
  addRun(id: FlowId, run: StreamSpan): void {
    const runs = this.#runs.get(id);
    if (this.#runCount >= MAX_MATCHED_RUNS || (runs === undefined && this.#runs.size >= MAX_MATCHED_FLOWS)) {
      this.#cut = true;
      return;
    }
    this.#runCount++;
    if (runs === undefined) this.#runs.set(id, new RunsOfFlow(run));
    else runs.add(run);
  }

  /** As far as the ends and the id of the flow tell. */
  mayTake(flow: Flow): boolean {
    return this.#choice.flow === undefined || takesFlow(this.#choice.flow, flow);
  }

  takes(flow: Flow): boolean {
    const { where, text, flow: filter } = this.#choice;
    if (!this.mayTake(flow) || (where !== undefined && !this.#found.has(flow.id))) return false;
    return (text === undefined && filter?.kind !== 'exchange') || this.#runs.has(flow.id);
  }

  /** Whether `span` is meant: it shares a byte with a run, or all of its flow is meant. */
  touches(flow: FlowId, span: StreamSpan): boolean {
    return this.#runs.get(flow)?.touch(span) ?? true;
  }

  /** The same with some bytes around the runs. */
  isNear(flow: FlowId, { direction, offset, byteCount }: StreamSpan): boolean {
    return this.touches(flow, { direction, offset: offset - NEAR_BYTES, byteCount: byteCount + 2 * NEAR_BYTES });
  }

  /** The span of time that is meant is over. */
  isOver(at: Micros): boolean {
    return at >= this.#choice.until;
  }

  takesTime(at: Micros): boolean {
    return at >= this.#choice.since && at < this.#choice.until;
  }

  /** Whether any of the span of time is meant. */
  takesSpan(from: Micros, to: Micros): boolean {
    return to >= this.#choice.since && from < this.#choice.until;
  }

  isFound(exchange: Exchange): boolean {
    return this.#choice.where?.(exchange) ?? false;
  }

  isNamed({ id }: Exchange): boolean {
    const { flow } = this.#choice;
    return flow?.kind === 'exchange' && flow.id === id.flow && flow.exchangeId === formatExchangeId(id);
  }
}

/** Runs of one flow, which are looked for packet by packet. */
class RunsOfFlow {
  readonly #runs: readonly [StreamSpan[], StreamSpan[]] = [[], []];
  #sorted = false;

  constructor(first: StreamSpan) {
    this.add(first);
  }

  add(run: StreamSpan): void {
    this.#runs[run.direction].push(run);
    this.#sorted = false;
  }

  touch({ direction, offset, byteCount }: StreamSpan): boolean {
    if (!this.#sorted) for (const runs of this.#runs) runs.sort((one, other) => one.offset - other.offset);
    this.#sorted = true;
    const runs = this.#runs[direction];
    const run = runs[firstEndingAfter(runs, offset)];
    return run !== undefined && run.offset < offset + byteCount;
  }
}
