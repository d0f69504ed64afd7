/** A recorded request as rules ask about it: what costs something to find out is found out once, when it is asked for. */
import { type ByteCount, type Exchange, messageBytes } from '../../core/index.ts';
import { type BodyView, latin1, readBodyText, type ThriftView, viewBody, viewThrift } from '../../parser/index.ts';
import { queryOf } from './match/head-text.ts';

/** What rules need of an exchange, or of a request whose answer is still to come. */
export type RecordedForRules = Pick<
  Exchange,
  'flow' | 'protocol' | 'verb' | 'operation' | 'path' | 'service' | 'source' | 'trace' | 'request'
> & { readonly status?: number | undefined };

export type RuleBody = Pick<BodyView, 'bytes' | 'charset' | 'complete'>;

/** Of longer bodies this much is matched. */
const MAX_MATCHED_BYTES: ByteCount = 1024 * 1024;
/** Of a request-target in absolute form (RFC 9112, section 3.2.2). */
const SCHEME_AND_HOST = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i;
const NO_BYTES = new Uint8Array(0);
const NO_BODY: RuleBody = { bytes: NO_BYTES, charset: '', complete: true };

export class RuleSubject {
  #recorded: RecordedForRules | undefined;
  #head: string | undefined;
  #query: string | undefined;
  #body: RuleBody | undefined;
  #text: string | undefined;
  #thrift: ThriftView | undefined;

  /** Turns to another request. */
  begin(recorded: RecordedForRules): void {
    this.#recorded = recorded;
    this.#head = undefined;
    this.#query = undefined;
    this.#body = undefined;
    this.#text = undefined;
    this.#thrift = undefined;
  }

  get recorded(): RecordedForRules {
    return this.#recorded as RecordedForRules;
  }

  /** As sent, octets as latin1; without query, and in absolute form without scheme and host, as it is rewritten. */
  get path(): string {
    const { path } = this.recorded;
    return path.startsWith('/') ? path : path.replace(SCHEME_AND_HOST, '');
  }

  /** Of HTTP, octets as latin1; empty otherwise. */
  get head(): string {
    this.#head ??= this.#readHead();
    return this.#head;
  }

  /** Without `?`, octets as latin1. */
  get query(): string {
    this.#query ??= queryOf(this.head);
    return this.#query;
  }

  /** Of HTTP without its codings; of others all there is. */
  get body(): RuleBody {
    this.#body ??= bodyOf(this.recorded);
    return this.#body;
  }

  /** The body as text in its charset, cut to a million octets; octets as latin1 where it is none. */
  get text(): string {
    this.#text ??= this.#readText();
    return this.#text;
  }

  /** Undefined for other protocols. */
  get thrift(): ThriftView | undefined {
    const { protocol, request } = this.recorded;
    if (protocol !== 'thrift' || request === undefined) return undefined;
    this.#thrift ??= viewThrift(request);
    return this.#thrift;
  }

  #readHead(): string {
    const { protocol, request } = this.recorded;
    if (protocol !== 'http1' || request === undefined) return '';
    const [first = NO_BYTES] = request.parts;
    const bytes = first.length < request.headByteCount ? messageBytes(request) : first;
    return latin1(bytes, 0, Math.min(bytes.length, request.headByteCount));
  }

  #readText(): string {
    const { bytes, charset } = this.body;
    const cut = bytes.subarray(0, MAX_MATCHED_BYTES);
    const text = readBodyText({ bytes: cut, charset, complete: cut.length === bytes.length });
    return text?.text ?? latin1Of(cut);
  }
}

function bodyOf({ protocol, request }: RecordedForRules): RuleBody {
  if (request === undefined) return NO_BODY;
  if (protocol === 'http1') return viewBody(request);
  return { ...NO_BODY, bytes: messageBytes(request) };
}

export function latin1Of(bytes: Uint8Array): string {
  return latin1(bytes, 0, bytes.length);
}
