/**
 * A recorded request → the bytes to send, or the reason why it is not sent.
 *
 * Verbatim apart from what is declared: the marker header is set on every request; `Connection` becomes `keep-alive`
 * where it said `close`, because it speaks of the recorded connection (hop by hop, RFC 9110 section 7.6.1) and the
 * target's stay warm; `Host` and the headers to set and to remove are as the options say.
 */
import {
  BytecopyError,
  type ExchangeId,
  type Flow,
  type Message,
  type NotSentReason,
  type PreparedRequest,
  type Protocol,
} from '../../core/index.ts';
import { isReadOnlyVerb, REPLAY_MARKER_HEADER, RequestRewriter } from '../../parser/index.ts';
import type { SendingOptions } from '../options.ts';
import type { Target, TargetGuard } from '../target.ts';
import { type HeadFacts, readHeadFacts } from './head-facts.ts';

/** What an exchange and a request announced before its answer have in common. */
export interface RecordedRequest {
  readonly id: ExchangeId;
  readonly flow: Flow;
  readonly protocol: Protocol;
  readonly verb: string;
  readonly operation: string;
  readonly request: Message | undefined;
  /** 0 or absent where there is no answer (yet). */
  readonly status?: number;
}

export type Preparation =
  | { readonly kind: 'ready'; readonly request: PreparedRequest; readonly marked: boolean }
  | { readonly kind: 'not-sent'; readonly reason: NotSentReason };

export class RequestPreparer {
  readonly #writes: SendingOptions['writes'];
  readonly #guard: TargetGuard | undefined;
  readonly #rewriter: RequestRewriter;
  readonly #keepAliveRewriter: RequestRewriter;

  /** @param guard refuses requests that were recorded from the target; absent where the target is allowed */
  constructor(options: SendingOptions, target: Target, guard: TargetGuard | undefined) {
    this.#writes = options.writes;
    this.#guard = guard;
    const setHeaders: (readonly [string, string])[] = [...options.setHeaders, [REPLAY_MARKER_HEADER, options.runId]];
    const { removeHeaders } = options;
    const host = options.host === 'target' ? target.authority : options.host;
    const edits = { removeHeaders, ...(host === 'recorded' ? {} : { host }) };
    this.#rewriter = new RequestRewriter({ ...edits, setHeaders });
    this.#keepAliveRewriter = new RequestRewriter({
      ...edits,
      setHeaders: setHeaders.some(([name]) => name.toLowerCase() === 'connection')
        ? setHeaders
        : [['Connection', 'keep-alive'], ...setHeaders],
    });
  }

  /**
   * @throws BytecopyError `REPLAY_TARGET_IS_RECORDED` where the guard refuses, `REPLAY_WRITES_UNDECIDED` at a write
   *   about which nothing was said (exit code 2 both)
   */
  prepare(recorded: RecordedRequest): Preparation {
    const { request } = recorded;
    if (recorded.protocol !== 'http1') return notSent('not-supported');
    if (request === undefined) return notSent('incomplete');
    if (request.truncated) return notSent('truncated');
    if (!request.complete || request.missing.length > 0 || request.headByteCount === 0) return notSent('incomplete');
    const [first] = request.parts;
    if (first === undefined || first.length < request.headByteCount) return notSent('incomplete');
    const facts = readHeadFacts(first, request.headByteCount);
    this.#guard?.check(recorded.flow, facts.host);
    if (!staysHttp(recorded, facts)) return notSent('not-supported');
    if (!isReadOnlyVerb(recorded.verb)) {
      if (this.#writes === 'skip') return notSent('write-not-allowed');
      if (this.#writes === 'undecided') throw undecided(recorded.operation);
    }
    const parts = (facts.closes ? this.#keepAliveRewriter : this.#rewriter).rewrite(request);
    let byteCount = 0;
    for (const part of parts) byteCount += part.length;
    const { verb } = recorded;
    return {
      kind: 'ready',
      marked: facts.marked,
      request: {
        exchange: recorded.id,
        verb,
        parts,
        byteCount,
        repeatable: isReadOnlyVerb(verb) || verb === 'PUT' || verb === 'DELETE',
        recordedStatus: recorded.status ?? 0,
      },
    };
  }
}

/** CONNECT and upgrades turn the connection into something else; HTTP/0.9 has no place for the marker. */
function staysHttp(recorded: RecordedRequest, facts: HeadFacts): boolean {
  return facts.fields && recorded.verb !== 'CONNECT' && !facts.upgrades && recorded.status !== 101;
}

function notSent(reason: NotSentReason): Preparation {
  return { kind: 'not-sent', reason };
}

function undecided(operation: string): BytecopyError {
  return new BytecopyError('REPLAY_WRITES_UNDECIDED', `the traffic holds writes, such as ${operation}`, {
    hint: 'say --allow-writes to send them, or --read-only to leave them out',
    exitCode: 2,
  });
}
