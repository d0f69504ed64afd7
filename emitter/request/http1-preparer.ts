/**
 * HTTP/1.x as recorded, apart from what is declared: the marker header is set on every request; `Connection` becomes
 * `keep-alive` where it said `close`, because it speaks of the recorded connection (hop by hop, RFC 9110 section 7.6.1)
 * and the target's stay warm; `Host` and the headers to set and to remove are as the options say.
 */
import { type Message, messageBytes, NO_TURNS, type NotSentReason, type PreparedRequest } from '../../core/index.ts';
import { isReadOnlyVerb, REPLAY_MARKER_HEADER, type RequestEdits } from '../../parser/index.ts';
import type { SendingOptions } from '../options.ts';
import { RewriterCache } from '../rules/index.ts';
import type { RecordedServers, Target } from '../target.ts';
import { type HeadFacts, readHeadFacts } from './head-facts.ts';
import { brokenReason, type ProtocolPreparer, type RecordedRequest } from './recorded-request.ts';
import type { RequestChanges } from './request-changes.ts';
import { sendParts } from './send-parts.ts';
import type { WriteGuard } from './write-guard.ts';

/** Kept for as many clients, where their addresses are told. */
const MAX_REWRITERS = 1_024;
/** Asks about the server and no resource of it. */
const SERVER_WIDE = 'OPTIONS *';

export class Http1Preparer implements ProtocolPreparer {
  readonly #guard: RecordedServers | undefined;
  readonly #writes: WriteGuard;
  readonly #http2: boolean;
  readonly #options: SendingOptions;
  /** By what `Host` is to say, empty where it stays, and by the headers of single requests. */
  readonly #rewriters = new Map<string, Rewriters>();
  readonly #host: string;
  /** Each of several targets reads its own name. */
  readonly #hostVaries: boolean;
  /** What was checked last: it is what is built next. */
  #checked: Message | undefined;
  #closes = false;

  /** @param targets at least one */
  constructor(
    options: SendingOptions,
    targets: readonly Target[],
    guard: RecordedServers | undefined,
    writes: WriteGuard,
  ) {
    this.#guard = guard;
    this.#writes = writes;
    this.#http2 = options.http2;
    this.#options = options;
    const authorities = new Set(targets.map(({ authority }) => authority));
    const [first = ''] = authorities;
    this.#host = options.host === 'target' ? first : options.host === 'recorded' ? '' : options.host;
    this.#hostVaries = options.host === 'target' && authorities.size > 1;
    // What the options say that cannot be is told now.
    this.#rewritersFor(this.#host, []);
  }

  check(recorded: RecordedRequest): NotSentReason | undefined {
    const { request } = recorded;
    const broken = brokenReason(request);
    if (broken !== undefined || request === undefined) return broken;
    const facts = factsOf(request);
    if (facts === undefined) return 'incomplete';
    this.#checked = request;
    this.#closes = facts.closes;
    if (!staysHttp(recorded, facts) || (this.#http2 && !fitsHttp2(recorded, request))) return 'not-supported';
    if (facts.marked) return 'marked';
    this.#guard?.check(recorded.flow, facts.host);
    return isReadOnlyVerb(recorded.verb) ? undefined : this.#writes.check(recorded.operation);
  }

  build(recorded: RecordedRequest, changes: RequestChanges): PreparedRequest {
    return this.#build(recorded, changes, this.#host);
  }

  #build(recorded: RecordedRequest, changes: RequestChanges, host: string): PreparedRequest {
    const { id, verb, operation, status = 0 } = recorded;
    const request = recorded.request as Message;
    const closes = request === this.#checked ? this.#closes : factsOf(request)?.closes === true;
    const { plain, keepAlive } = this.#rewritersFor(host, changes.headers);
    const rewriter = (closes ? keepAlive : plain).of(changes.edits?.http);
    const { parts, byteCount } = sendParts(rewriter.rewrite(request));
    return {
      exchange: id,
      protocol: 'http1',
      wire: 'http1',
      operation,
      verb,
      parts,
      byteCount,
      repeatable: isReadOnlyVerb(verb) || verb === 'PUT' || verb === 'DELETE',
      expects: 'answer',
      sequence: undefined,
      turns: NO_TURNS,
      recordedAnswer: status === 0 ? '' : `${status}`,
      ...(this.#hostVaries ? { forHost: (authority: string) => this.#build(recorded, changes, authority) } : {}),
    };
  }

  #rewritersFor(host: string, headers: RequestChanges['headers']): Rewriters {
    const key = headers.length === 0 ? host : JSON.stringify([host, ...headers]);
    const known = this.#rewriters.get(key);
    if (known !== undefined) return known;
    const { setHeaders, removeHeaders, runId } = this.#options;
    const before = { setHeaders, removeHeaders, ...(host === '' ? {} : { host }) };
    const after: RequestEdits = { setHeaders: [...headers, [REPLAY_MARKER_HEADER, runId]] };
    const setsConnection = setHeaders.some(([name]) => name.toLowerCase() === 'connection');
    const rewriters = {
      plain: new RewriterCache(before, after),
      keepAlive: new RewriterCache(
        setsConnection ? before : { ...before, setHeaders: [['Connection', 'keep-alive'], ...setHeaders] },
        after,
      ),
    };
    if (this.#rewriters.size >= MAX_REWRITERS) this.#rewriters.clear();
    this.#rewriters.set(key, rewriters);
    return rewriters;
  }
}

interface Rewriters {
  readonly plain: RewriterCache;
  /** For requests that say `Connection: close`. */
  readonly keepAlive: RewriterCache;
}

/** Undefined where there is no whole head. */
function factsOf(request: Message): HeadFacts | undefined {
  const { parts, headByteCount } = request;
  const [first] = parts;
  if (first === undefined || headByteCount === 0) return undefined;
  const bytes = first.length < headByteCount ? messageBytes(request) : first;
  return bytes.length < headByteCount ? undefined : readHeadFacts(bytes, headByteCount);
}

/** CONNECT and upgrades turn the connection into something else; HTTP/0.9 has no place for the marker. */
function staysHttp(recorded: RecordedRequest, facts: HeadFacts): boolean {
  return facts.fields && recorded.verb !== 'CONNECT' && !facts.upgrades && recorded.status !== 101;
}

/** The client of HTTP/2 has no way to say these: `*`, and a body where none is expected. */
function fitsHttp2({ verb, operation }: RecordedRequest, { byteCount, headByteCount }: Message): boolean {
  return operation !== SERVER_WIDE && (byteCount === headByteCount || (verb !== 'GET' && verb !== 'HEAD'));
}
