/** The ledger of a run flow by flow and second by second, made by looking on: what `--ledger FILE` adds to the accounts. */
import type {
  ByteCount,
  Direction,
  Exchange,
  Flow,
  Micros,
  Packet,
  PacketTrace,
  StreamChunk,
  StreamOffset,
} from '../../core/index.ts';
import type { PipelineWitness } from '../pipeline/pipeline-witness.ts';
import { FlowRows, type FlowRowsReport } from './flow-rows.ts';
import { SecondRows, type SecondRowsReport } from './second-rows.ts';

export type LedgerDetailReport = FlowRowsReport & SecondRowsReport;

export class LedgerDetail implements PipelineWitness {
  readonly #flows = new FlowRows();
  readonly #seconds = new SecondRows();
  #now: Micros = 0;

  packet({ at, fate }: PacketTrace): void {
    this.#seconds.packet(at, fate);
  }

  shed(packets: readonly Packet[]): void {
    for (const { at } of packets) this.#seconds.packet(at, 'shed');
  }

  /** Flows are told apart by their chunks. */
  flowOpened(): void {}

  chunks(chunks: readonly StreamChunk[]): void {
    // By the time of the chunks before these: everything about them was told by now.
    this.#flows.settle(this.#now);
    for (const chunk of chunks) {
      if (chunk.at > this.#now) this.#now = chunk.at;
      this.#flows.chunk(chunk);
      if (chunk.kind === 'data') this.#seconds.seen(chunk.at, chunk.bytes.length);
      else if (chunk.kind === 'gap') this.#seconds.gap(chunk.at, chunk.byteCount);
    }
  }

  discarded(flow: Flow, direction: Direction, _offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#flows.discarded(flow, direction, byteCount, reason);
  }

  exchange(exchange: Exchange): void {
    this.#flows.exchange(exchange);
    this.#seconds.exchange(exchange);
  }

  sourceEnded(): void {
    this.#flows.end();
  }

  report(): LedgerDetailReport {
    return { ...this.#flows.report(), ...this.#seconds.report() };
  }
}
