/**
 * The flows of a detailed ledger, in bounded memory:
 *
 *   open ──▶ ended, waits for what is still told of it ──▶ listed ─┬─ something of it is missing or set aside
 *                                                                  ├─ whole
 *                                                                  └─ no room: added to the others
 *
 * Whatever the bounds do, the sum over all rows and the others is the sum over all flows.
 */
import type { ByteCount, Direction, Exchange, Flow, FlowId, Micros, StreamChunk } from '../../core/index.ts';
import { directionIn, type FlowReport, FlowRow, hasSameEnds } from './flow-row.ts';
import { FlowSums, type FlowSumsReport } from './flow-sums.ts';

export interface FlowRowsReport {
  /** In the order in which they began. */
  readonly flows: readonly FlowReport[];
  /** The sum over flows that are not listed. */
  readonly otherFlows: FlowSumsReport & { readonly flows: number };
}

export interface FlowRowsBounds {
  /** Flows listed of each kind: those of which something is missing, and whole ones. A list of more is read by nobody. */
  readonly maxListed: number;
  /** Flows open at once; twice what the collector follows. Later ones are added to the others from their first byte. */
  readonly maxOpen: number;
}

const BOUNDS: FlowRowsBounds = { maxListed: 10_000, maxOpen: 262_144 };
/** Exchanges may still come out so long after their flow ended: one seen at two places waits for its twin. */
const LINGER_MICROS: Micros = 3_000_000;

/** Places at which one flow is seen; more flows of one id are made up by somebody. */
const MAX_VIEWS = 8;

export class FlowRows {
  readonly #bounds: FlowRowsBounds;
  readonly #open = new Map<FlowId, FlowRow>();
  #openRows = 0;
  /** Rows that ended, oldest first; those before `#firstEnding` are listed already. */
  #ending: FlowRow[] = [];
  #firstEnding = 0;
  readonly #faulty: FlowRow[] = [];
  readonly #whole: FlowRow[] = [];
  readonly #others = new FlowSums();
  #otherFlows = 0;

  constructor(bounds: FlowRowsBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  chunk(chunk: StreamChunk): void {
    const row = this.#rowOf(chunk.flow, chunk.at);
    if (row === undefined) {
      if (chunk.kind === 'open') this.#otherFlows++;
      this.#others.chunk(chunk);
      return;
    }
    const hadEnded = row.sums.ended;
    row.chunk(chunk);
    if (!hadEnded && row.sums.ended) this.#ending.push(row);
  }

  /** @param direction in the sense of `flow` */
  discarded(flow: Flow, direction: Direction, byteCount: ByteCount, reason: string): void {
    const row = this.#find(flow);
    if (row === undefined) this.#others.discarded(direction, byteCount, reason);
    else row.sums.discarded(directionIn(flow, row.flow, direction), byteCount, reason);
  }

  exchange(exchange: Exchange): void {
    const row = this.#find(exchange.flow);
    if (row === undefined) this.#others.exchange(exchange, 0);
    else row.exchange(exchange);
  }

  /** The flow as the collector has it, from the same one as content showed it. */
  flowOf(flow: Flow): Flow {
    return this.#find(flow)?.flow ?? flow;
  }

  /** Flows that ended long enough before are listed. */
  settle(now: Micros): void {
    let row = this.#ending[this.#firstEnding];
    while (row !== undefined && row.lastAt + LINGER_MICROS < now) {
      this.#firstEnding++;
      this.#list(row);
      row = this.#ending[this.#firstEnding];
    }
    if (this.#firstEnding > 1024 && this.#firstEnding * 2 > this.#ending.length) {
      this.#ending = this.#ending.slice(this.#firstEnding);
      this.#firstEnding = 0;
    }
  }

  /** Nothing more comes of any flow. */
  end(): void {
    for (const first of this.#open.values()) {
      for (let row: FlowRow | undefined = first; row !== undefined; row = row.twin) this.#keep(row);
    }
    this.#open.clear();
    this.#openRows = 0;
    this.#ending = [];
    this.#firstEnding = 0;
  }

  report(): FlowRowsReport {
    this.end();
    const listed = [...this.#faulty, ...this.#whole].sort((one, other) => one.flow.startedAt - other.flow.startedAt);
    return {
      flows: listed.map((row) => row.report()),
      otherFlows: { flows: this.#otherFlows, ...this.#others.report() },
    };
  }

  #rowOf(flow: Flow, at: Micros): FlowRow | undefined {
    const first = this.#open.get(flow.id);
    let last = first;
    let views = 0;
    for (let row = first; row !== undefined; row = row.twin) {
      if (hasSameEnds(row.flow, flow)) return row;
      last = row;
      views++;
    }
    if (this.#openRows >= this.#bounds.maxOpen || views >= MAX_VIEWS) return undefined;
    this.#openRows++;
    const opened = new FlowRow(flow, at);
    if (last === undefined) {
      this.#open.set(flow.id, opened);
      return opened;
    }
    last.twin = opened;
    last.sums.mergeMessages();
    opened.sums.mergeMessages();
    return opened;
  }

  #find(flow: Flow): FlowRow | undefined {
    const first = this.#open.get(flow.id);
    for (let row = first; row !== undefined; row = row.twin) if (hasSameEnds(row.flow, flow)) return row;
    return first;
  }

  #list(row: FlowRow): void {
    const first = this.#open.get(row.flow.id);
    if (first === row) {
      if (row.twin === undefined) this.#open.delete(row.flow.id);
      else this.#open.set(row.flow.id, row.twin);
    } else {
      for (let before = first; before !== undefined; before = before.twin) {
        if (before.twin === row) before.twin = row.twin;
      }
    }
    row.twin = undefined;
    this.#openRows--;
    this.#keep(row);
  }

  #keep(row: FlowRow): void {
    const list = row.sums.whole ? this.#whole : this.#faulty;
    if (list.length < this.#bounds.maxListed) {
      list.push(row);
    } else {
      this.#others.addAll(row.sums);
      this.#otherFlows++;
    }
  }
}
