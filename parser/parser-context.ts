/** What all flows of one parser share, whatever they speak: options, accounts, memory, and where exchanges go. */
import type {
  Account,
  ByteWitness,
  Direction,
  Exchange,
  Flow,
  Ledger,
  Micros,
  RequestReady,
  StreamOffset,
} from '../core/index.ts';
import { ExchangeCounts } from './exchange-counts.ts';
import { KeptTotal } from './message/kept-bytes.ts';
import { Slab } from './message/slab.ts';
import type { ParserOptions } from './options.ts';
import { ServiceNames } from './service-names.ts';

export interface ExchangeSink {
  request(ready: RequestReady): void;
  exchange(exchange: Exchange): void;
  /** Whether anybody takes the exchanges of the flow; if not, they need not be made. */
  takes(flow: Flow): boolean;
}

export class ParserContext {
  readonly options: ParserOptions;
  readonly sink: ExchangeSink;
  readonly ledger: Ledger;
  /** stream bytes = in messages + discarded(reason) + gap(reason) + held */
  readonly bytes: Account;
  /** messages = paired + oneway + lone(reason) + session(name) + left-out(replayed) + merged + held */
  readonly messages: Account;
  readonly services: ServiceNames;
  readonly slab = new Slab();
  readonly kept: KeptTotal;
  readonly counts = new ExchangeCounts();
  readonly answerTimeoutMicros: Micros;
  /** Told where discarded bytes were; nearly always absent. */
  readonly witness: ByteWitness | undefined;

  constructor(options: ParserOptions, ledger: Ledger, sink: ExchangeSink, witness?: ByteWitness) {
    this.options = options;
    this.sink = sink;
    this.ledger = ledger;
    this.bytes = ledger.account('stream bytes', 'in messages');
    this.messages = ledger.account('messages', 'paired');
    this.services = new ServiceNames(options.services);
    this.kept = new KeptTotal(options.maxPendingBytes);
    this.answerTimeoutMicros = options.answerTimeoutMs * 1000;
    this.witness = witness;
  }

  /** Settles held bytes that get into no message. @param direction in the sense of `flow` */
  discard(flow: Flow, direction: Direction, offset: StreamOffset, byteCount: number, reason: string): void {
    if (byteCount === 0) return;
    this.bytes.held -= byteCount;
    this.bytes.setAside('discarded', reason, byteCount);
    this.witness?.discarded(flow, direction, offset, byteCount, reason);
  }
}
