/** The first reading of a capture: which flows there are, and which of them are meant. */
import type {
  ByteCount,
  Direction,
  Exchange,
  Flow,
  Micros,
  PacketTrace,
  StreamChunk,
  StreamOffset,
} from '../../core/index.ts';
import { FlowRows, type FlowRowsReport } from '../ledger/flow-rows.ts';
import type { PipelineWitness } from '../pipeline/pipeline-witness.ts';
import { type Choice, Matches } from './choice.ts';
import { TextSearch } from './text-search.ts';
import { traceExchange } from './traced-exchange.ts';

export interface SurveyReport extends FlowRowsReport {
  readonly packets: number;
  /** Of the first and the last packet; 0 where there is none. */
  readonly firstAt: Micros;
  readonly lastAt: Micros;
}

export class Survey implements PipelineWitness {
  readonly matches: Matches;
  readonly #search: TextSearch | undefined;
  readonly #rows = new FlowRows();
  #packets = 0;
  #firstAt: Micros = 0;
  #lastAt: Micros = 0;
  #now: Micros = 0;

  constructor(choice: Choice) {
    this.matches = new Matches(choice);
    this.#search = choice.text === undefined ? undefined : new TextSearch(choice.text);
  }

  packet({ at }: PacketTrace): void {
    if (this.#packets === 0) this.#firstAt = at;
    this.#packets++;
    this.#firstAt = Math.min(this.#firstAt, at);
    this.#lastAt = Math.max(this.#lastAt, at);
  }

  shed(): void {}

  flowOpened(): void {}

  chunks(chunks: readonly StreamChunk[]): void {
    this.#rows.settle(this.#now);
    for (const chunk of chunks) {
      this.#now = Math.max(this.#now, chunk.at);
      this.#rows.chunk(chunk);
      if (this.#search !== undefined) this.#searchIn(chunk, this.#search);
    }
  }

  discarded(flow: Flow, direction: Direction, _offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#rows.discarded(flow, direction, byteCount, reason);
  }

  exchange(exchange: Exchange): void {
    this.#rows.exchange(exchange);
    const { flow } = exchange;
    if (!this.matches.mayTake(flow)) return;
    if (this.matches.isFound(exchange)) this.matches.addFound(flow.id);
    if (!this.matches.isNamed(exchange)) return;
    const { messages } = traceExchange(exchange, this.#rows.flowOf(flow));
    for (const { direction, offset, byteCount } of messages)
      this.matches.addRun(flow.id, { direction, offset, byteCount });
  }

  sourceEnded(): void {
    this.#rows.end();
  }

  report(): SurveyReport {
    return { packets: this.#packets, firstAt: this.#firstAt, lastAt: this.#lastAt, ...this.#rows.report() };
  }

  #searchIn(chunk: StreamChunk, search: TextSearch): void {
    switch (chunk.kind) {
      case 'data':
        if (!this.matches.mayTake(chunk.flow)) return;
        for (const run of search.find(chunk)) {
          if (this.matches.takesTime(chunk.at)) this.matches.addRun(chunk.flow.id, run);
        }
        return;
      case 'gap':
      case 'close':
        search.interrupt(chunk.flow.id, chunk.direction);
        return;
      case 'open':
        return;
      default:
        chunk satisfies never;
    }
  }
}
