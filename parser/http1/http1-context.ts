/** What all HTTP/1 flows of one parser share: the objects that heads are read into. */
import type { ParserContext } from '../parser-context.ts';
import { TraceHeaders } from '../trace/trace-headers.ts';
import { FieldSection } from './field-section.ts';
import type { MessageStart } from './message-owner.ts';
import { ReaderDeps } from './reader-deps.ts';
import { REPLAY_MARKER_HEADER } from './replay-marker.ts';
import { RequestLine } from './request-line.ts';
import { StartSearch } from './start-search.ts';
import { StatusLine } from './status-line.ts';

export class Http1Context {
  readonly shared: ParserContext;
  readonly reading: ReaderDeps;
  readonly trace: TraceHeaders;
  readonly fields: FieldSection;
  /** Place of the replay marker among the extra fields. */
  readonly markerPlace: number;
  readonly requestLine = new RequestLine();
  readonly statusLine = new StatusLine();
  readonly search = new StartSearch(this);
  /** Where the head read last lies in its bytes. */
  headStart = 0;
  headEnd = 0;
  /** Filled for each head; valid until the next. */
  readonly start: MessageStart = { framing: 0, leaveOut: '' };

  constructor(shared: ParserContext) {
    this.shared = shared;
    this.reading = new ReaderDeps(shared);
    this.trace = new TraceHeaders(shared.options.traceHeaders);
    this.fields = new FieldSection([...this.trace.names, REPLAY_MARKER_HEADER]);
    this.markerPlace = this.trace.names.length;
  }
}
