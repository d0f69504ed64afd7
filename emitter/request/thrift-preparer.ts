/**
 * Thrift calls as recorded, apart from two things: where the transport has headers (THeader, TTHeader, Mesh), the marker
 * is one of them; and the sequence id is rewritten at each send, so that answers find their calls on a shared connection.
 * Here only its places are told.
 *
 * What a function does, its name alone can tell: all count as writes but those that a pattern says only read.
 */
import {
  type Message,
  matchesWildcard,
  messageBytes,
  NO_TURNS,
  type NotSentReason,
  type PreparedRequest,
} from '../../core/index.ts';
import { hasThriftHeader, locateSequenceIds, REPLAY_MARKER_HEADER, rewriteThrift } from '../../parser/index.ts';
import type { SendingOptions } from '../options.ts';
import { joinThriftEdits } from '../rules/index.ts';
import type { RecordedServers } from '../target.ts';
import { brokenReason, type ProtocolPreparer, type RecordedRequest } from './recorded-request.ts';
import type { RequestChanges } from './request-changes.ts';
import { sendParts } from './send-parts.ts';
import type { WriteGuard } from './write-guard.ts';

/** Never answered, while others were: a oneway that is sent as a call. */
const MAYBE_ONEWAY = 'maybe-oneway';

export class ThriftPreparer implements ProtocolPreparer {
  readonly #guard: RecordedServers | undefined;
  readonly #writes: WriteGuard;
  readonly #readFunctions: readonly string[];
  readonly #marker: readonly [string, string];

  constructor(options: SendingOptions, guard: RecordedServers | undefined, writes: WriteGuard) {
    this.#guard = guard;
    this.#writes = writes;
    this.#readFunctions = options.readFunctions;
    this.#marker = [REPLAY_MARKER_HEADER, options.runId];
  }

  check(recorded: RecordedRequest): NotSentReason | undefined {
    const { request, operation } = recorded;
    const broken = brokenReason(request);
    if (broken !== undefined || request === undefined) return broken;
    if (recorded.attributes.call === undefined) return 'incomplete';
    if (hasHeaders(recorded) && hasThriftHeader(messageBytes(request), REPLAY_MARKER_HEADER)) return 'marked';
    this.#guard?.check(recorded.flow, '');
    return this.#onlyReads(operation) ? undefined : this.#writes.check(operation);
  }

  build(recorded: RecordedRequest, changes: RequestChanges): PreparedRequest {
    const { id, operation, attributes } = recorded;
    const bytes = messageBytes(this.#changed(recorded, changes));
    const { parts, byteCount } = sendParts([bytes]);
    const oneway = isOneway(recorded);
    return {
      exchange: id,
      protocol: 'thrift',
      wire: `thrift ${attributes.transport} ${attributes.encoding}`,
      operation,
      verb: '',
      parts,
      byteCount,
      repeatable: this.#onlyReads(operation),
      expects: oneway ? 'none' : 'answer',
      sequence: locateSequenceIds(parts[0] as Uint8Array),
      turns: NO_TURNS,
      recordedAnswer: oneway ? 'oneway' : (attributes.answer ?? ''),
    };
  }

  /** A header that cannot be written into stays as it is: better sent without the marker than not at all. */
  #changed(recorded: RecordedRequest, { edits, headers: own }: RequestChanges): Message {
    const request = recorded.request as Message;
    const headers = hasHeaders(recorded) ? [this.#marker, ...own] : [];
    if (headers.length === 0 && edits?.thrift === undefined) return request;
    const marked = { setHeaders: headers };
    const all = edits?.thrift === undefined ? marked : joinThriftEdits([edits.thrift, marked]);
    const { parts } = rewriteThrift(request, all);
    if (parts !== undefined) return { ...request, parts };
    // A header without room for the marker: what rules ask for still counts.
    const ruled = edits?.thrift === undefined ? undefined : rewriteThrift(request, edits.thrift).parts;
    return ruled === undefined ? request : { ...request, parts: ruled };
  }

  /** Patterns without a service are about the function's own name. */
  #onlyReads(operation: string): boolean {
    const bare = operation.slice(operation.lastIndexOf(':') + 1);
    for (const pattern of this.#readFunctions) {
      if (matchesWildcard(pattern, pattern.includes(':') ? operation : bare)) return true;
    }
    return false;
  }
}

function hasHeaders({ attributes: { transport = '' } }: RecordedRequest): boolean {
  return transport !== 'framed' && transport !== 'unframed';
}

/** Some servers answer oneways all the same (Kitex's do): where that was recorded, the answer is awaited. */
function isOneway({ attributes, outcome, notes }: RecordedRequest): boolean {
  if (attributes.answer !== undefined) return false;
  if (attributes.call === 'oneway' || outcome === 'oneway') return true;
  return outcome === 'request-only' && notes?.includes(MAYBE_ONEWAY) === true;
}
