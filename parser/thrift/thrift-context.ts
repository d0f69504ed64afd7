/** What all Thrift flows of one parser share. */
import { type Message, messageBytes, type TraceContext } from '../../core/index.ts';
import { REPLAY_MARKER_HEADER } from '../http1/replay-marker.ts';
import type { ParserContext } from '../parser-context.ts';
import { plainTrace, TraceHeaders } from '../trace/trace-headers.ts';
import { FieldPathReader, parseFieldPath } from './field-path.ts';
import { HeaderValues } from './header-values.ts';
import { MessageHead } from './message-head.ts';
import { MethodNames } from './method-names.ts';
import { Walkers } from './walkers.ts';

export class ThriftContext {
  readonly shared: ParserContext;
  readonly head: MessageHead;
  readonly walkers = new Walkers();
  readonly names = new MethodNames();
  readonly trace: TraceHeaders;
  readonly values: HeaderValues;
  readonly #tracePaths: readonly (readonly number[])[];
  readonly #fields = new FieldPathReader();

  constructor(shared: ParserContext) {
    const { maxHeadBytes, traceHeaders, traceFields } = shared.options;
    this.shared = shared;
    this.head = new MessageHead(maxHeadBytes);
    this.trace = new TraceHeaders(traceHeaders);
    this.values = new HeaderValues([...this.trace.names, REPLAY_MARKER_HEADER]);
    this.#tracePaths = traceFields.map((path) => parseFieldPath(path) ?? []);
  }

  /** Whether a trace id may stand in the arguments. */
  get readsFields(): boolean {
    return this.#tracePaths.length > 0;
  }

  /**
   * The trace id in the arguments of a call, by the configured paths.
   *
   * @param encoding as in `ENCODING`
   */
  traceInArguments(call: Message, encoding: number): TraceContext | undefined {
    if (call.missing.length > 0) return undefined;
    const bytes = messageBytes(call);
    for (const path of this.#tracePaths) {
      const value = this.#fields.read(bytes, call.headByteCount, encoding, path);
      if (value !== undefined && value !== '') return plainTrace(value);
    }
    return undefined;
  }
}
