/** An answer as rules read it: what costs something to find out is found out once, when it is asked for. */
import type { ByteCount, Message, Protocol } from '../../core/index.ts';
import { keptHeadByteCount, type ThriftView, type ViewableMessage, viewBody, viewThrift } from '../../parser/index.ts';
import { headEnd, latin1Of } from './octets.ts';

/** Of longer bodies, codings undone, only the beginning is read. */
const MAX_BODY_BYTES: ByteCount = 4 * 1024 * 1024;

export class Answer {
  readonly protocol: Protocol;
  readonly #message: ViewableMessage;
  #head: string | undefined;
  #body: string | undefined;
  #thrift: ThriftView | undefined;

  constructor(protocol: Protocol, message: ViewableMessage) {
    this.protocol = protocol;
    this.#message = message;
  }

  /** @param bytes all of an answer, interim ones left out */
  static of(protocol: Protocol, bytes: Uint8Array): Answer {
    return new Answer(protocol, {
      parts: [bytes],
      headByteCount: protocol === 'http1' ? headEnd(bytes) : 0,
      complete: true,
      truncated: false,
      missing: [],
    });
  }

  /** Of HTTP, octets as latin1; empty otherwise. */
  get head(): string {
    this.#head ??= this.protocol === 'http1' ? latin1Of(this.#bytes.subarray(0, keptHeadByteCount(this.#message))) : '';
    return this.#head;
  }

  /** Of HTTP without its codings, octets as latin1; empty otherwise. */
  get body(): string {
    this.#body ??= this.protocol === 'http1' ? this.#readBody() : '';
    return this.#body;
  }

  /** Undefined for other protocols. */
  get thrift(): ThriftView | undefined {
    if (this.protocol !== 'thrift') return undefined;
    this.#thrift ??= viewThrift(this.#message as Message);
    return this.#thrift;
  }

  get #bytes(): Uint8Array {
    const { parts } = this.#message;
    const [first] = parts;
    return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
  }

  #readBody(): string {
    return latin1Of(viewBody(this.#message, { maxBytes: MAX_BODY_BYTES }).bytes.subarray(0, MAX_BODY_BYTES));
  }
}
