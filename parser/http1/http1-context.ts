/** What all HTTP/1 flows of one parser share: options, accounts, memory, and the objects that heads are read into. */
import type { Account, Exchange, Ledger, Micros, RequestReady } from '../../core/index.ts';
import type { ParserOptions } from '../options.ts';
import { ServiceNames } from '../service-names.ts';
import { TraceHeaders } from '../trace/trace-headers.ts';
import { FieldSection } from './field-section.ts';
import { KeptTotal } from './kept-bytes.ts';
import type { MessageStart } from './message-owner.ts';
import { REPLAY_MARKER_HEADER } from './replay-marker.ts';
import { RequestLine } from './request-line.ts';
import { Slab } from './slab.ts';
import { StatusLine } from './status-line.ts';

export interface Http1Sink {
  request(ready: RequestReady): void;
  exchange(exchange: Exchange): void;
}

export class Http1Context {
  readonly options: ParserOptions;
  readonly sink: Http1Sink;
  readonly ledger: Ledger;
  readonly bytes: Account;
  readonly messages: Account;
  readonly services: ServiceNames;
  readonly trace: TraceHeaders;
  readonly fields: FieldSection;
  /** Place of the replay marker among the extra fields. */
  readonly markerPlace: number;
  readonly requestLine = new RequestLine();
  readonly statusLine = new StatusLine();
  readonly slab = new Slab();
  readonly kept: KeptTotal;
  /** Filled for each head; valid until the next. */
  readonly start: MessageStart = { framing: 0, leaveOut: '' };
  readonly answerTimeoutMicros: Micros;
  /** Counted here and carried to the ledger by `flushFacts`, because they count with every exchange. */
  paired = 0;
  interim = 0;

  constructor(options: ParserOptions, ledger: Ledger, sink: Http1Sink) {
    this.options = options;
    this.sink = sink;
    this.ledger = ledger;
    this.bytes = ledger.account('stream bytes', 'in messages');
    this.messages = ledger.account('messages', 'paired');
    this.services = new ServiceNames(options.services);
    this.trace = new TraceHeaders(options.traceHeaders);
    this.fields = new FieldSection([...this.trace.names, REPLAY_MARKER_HEADER]);
    this.markerPlace = this.trace.names.length;
    this.kept = new KeptTotal(options.maxPendingBytes);
    this.answerTimeoutMicros = options.answerTimeoutMs * 1000;
  }

  flushFacts(): void {
    if (this.paired > 0) {
      this.ledger.addFact('exchanges', this.paired);
      this.ledger.addFact('exchanges:paired', this.paired);
    }
    if (this.interim > 0) this.ledger.addFact('interim-responses', this.interim);
    this.paired = 0;
    this.interim = 0;
  }
}
