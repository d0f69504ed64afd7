/** Records → exchanges. Message parts are views of the payload (`record.ts` draws a record). */
import {
  decodeExchange,
  type Exchange,
  type MaskedPart,
  type Message,
  NO_ATTRIBUTES,
  NO_TURNS,
  NOTHING_MASKED,
  type SealedRange,
  type TraceContext,
} from '../../core/index.ts';
import { type NumberReader, notAPayload } from './numbers.ts';
import { ACTIONS, FORM, MESSAGE, OUTCOMES, PROTOCOLS } from './record.ts';
import type { SharedTable } from './shared-table.ts';

const NO_MESSAGES: Exchange['interim'] = [];
const NO_NOTES: readonly string[] = [];
const NOTHING_SEALED: readonly SealedRange[] = [];
const NOTHING_MISSING: Message['missing'] = [];

export class RecordReader {
  readonly #payload: Uint8Array;
  readonly #numbers: NumberReader;
  readonly #table: SharedTable;
  readonly #words: string;
  readonly #baseAt: number;
  #bodyAt: number;
  #bodyEnd = 0;
  #wordAt = 0;

  /** @param bodyAt where bodies begin in the payload; they reach to its end */
  constructor(
    payload: Uint8Array,
    numbers: NumberReader,
    table: SharedTable,
    words: string,
    baseAt: number,
    bodyAt: number,
  ) {
    this.#payload = payload;
    this.#numbers = numbers;
    this.#table = table;
    this.#words = words;
    this.#baseAt = baseAt;
    this.#bodyAt = bodyAt;
  }

  /**
   * The next exchange, or undefined where it is not wanted.
   *
   * @throws BytecopyError `STORE_CORRUPT_BLOCK`, `SCHEMA_INVALID`
   */
  next(isWanted: boolean): Exchange | undefined {
    const numbers = this.#numbers;
    const byteCount = numbers.number();
    this.#bodyEnd = this.#bodyAt + numbers.number();
    const wordEnd = this.#wordAt + numbers.number();
    const end = numbers.pos + byteCount;
    if (this.#bodyEnd > this.#payload.length || wordEnd > this.#words.length)
      throw notAPayload('an exchange reaches past its end');
    let exchange: Exchange | undefined;
    if (isWanted) {
      const form = numbers.number();
      exchange =
        (form & FORM.schema) === 0 ? this.#exchange(form) : decodeExchange(this.#body(this.#bodyEnd - this.#bodyAt));
      if (numbers.pos !== end || this.#bodyAt !== this.#bodyEnd || this.#wordAt !== wordEnd) {
        throw notAPayload('an exchange is not as long as announced');
      }
      return exchange;
    }
    numbers.pos = end;
    this.#bodyAt = this.#bodyEnd;
    this.#wordAt = wordEnd;
    return undefined;
  }

  #exchange(form: number): Exchange {
    const numbers = this.#numbers;
    const { flows, origins, texts } = this.#table;
    const at = this.#baseAt + numbers.number();
    const flow = known(flows[numbers.number()]);
    const offset = numbers.number();
    const index = numbers.number();
    const origin = known(origins[numbers.number()]);
    const protocol = known(PROTOCOLS[numbers.number()]);
    const outcome = known(OUTCOMES[numbers.number()]);
    const status = numbers.number();
    const source = known(texts[numbers.number()]);
    const service = known(texts[numbers.number()]);
    const operation = known(texts[numbers.number()]);
    const verb = known(texts[numbers.number()]);
    const path = known(texts[numbers.number()]);
    const reason = known(texts[numbers.number()]);
    const session = (form & FORM.session) === 0 ? flow.id : known(texts[numbers.number()]);
    const trace = (form & FORM.trace) === 0 ? undefined : this.#trace();
    const request = (form & FORM.request) === 0 ? undefined : this.#message(at, offset);
    const response = (form & FORM.response) === 0 ? undefined : this.#message(at, offset);
    const isMore = (form & FORM.more) !== 0;
    return {
      id: { at, flow: flow.id, offset, index },
      flow,
      origin,
      protocol,
      source,
      service,
      operation,
      verb,
      path,
      status,
      outcome,
      reason,
      trace,
      session,
      request,
      response,
      interim: NO_MESSAGES,
      notes: isMore ? this.#notes() : NO_NOTES,
      attributes: isMore ? this.#attributes() : NO_ATTRIBUTES,
      sealed: isMore ? this.#sealed() : NOTHING_SEALED,
      masked: isMore ? this.#masked() : NOTHING_MASKED,
      turns: NO_TURNS,
    };
  }

  #trace(): TraceContext {
    return { traceId: this.#word(), spanId: this.#word(), parentSpanId: this.#word() };
  }

  #message(at: number, offset: number): Message {
    const numbers = this.#numbers;
    const flags = numbers.number();
    const byteCount = numbers.number();
    const headByteCount = numbers.number();
    let streamOffset = offset;
    let firstByteAt = at;
    if ((flags & MESSAGE.atStart) === 0) {
      streamOffset = numbers.number();
      firstByteAt += numbers.signed();
    }
    const lastByteAt = firstByteAt + numbers.signed();
    return {
      parts: (flags & MESSAGE.whole) === 0 ? this.#parts() : [this.#body(byteCount)],
      byteCount,
      headByteCount,
      streamOffset,
      firstByteAt,
      lastByteAt,
      complete: (flags & MESSAGE.complete) !== 0,
      truncated: (flags & MESSAGE.truncated) !== 0,
      missing: NOTHING_MISSING,
    };
  }

  #parts(): readonly Uint8Array[] {
    const parts: Uint8Array[] = [];
    for (let left = this.#numbers.number(); left > 0; left--) parts.push(this.#body(this.#numbers.number()));
    return parts;
  }

  #notes(): readonly string[] {
    const notes: string[] = [];
    for (let left = this.#numbers.number(); left > 0; left--) notes.push(this.#text());
    return notes;
  }

  #attributes(): Readonly<Record<string, string>> {
    let left = this.#numbers.number();
    if (left === 0) return NO_ATTRIBUTES;
    const entries: [string, string][] = [];
    for (; left > 0; left--) entries.push([this.#text(), this.#text()]);
    // An attribute may be called `__proto__`: fromEntries makes a plain property of it.
    return Object.fromEntries(entries);
  }

  #sealed(): readonly SealedRange[] {
    const ranges: SealedRange[] = [];
    const numbers = this.#numbers;
    for (let left = numbers.number(); left > 0; left--) {
      const place = numbers.number();
      const side = place % 2 === 0 ? 'request' : 'response';
      const offset = numbers.number();
      const byteCount = numbers.number();
      const keyId = this.#text();
      const sealed = this.#body(numbers.number());
      if (place < 2) ranges.push({ side, offset, byteCount, keyId, sealed });
      else ranges.push({ side, offset, byteCount, keyId, sealed, interim: Math.floor(place / 2) - 1 });
    }
    return ranges;
  }

  #masked(): readonly MaskedPart[] {
    const parts: MaskedPart[] = [];
    const numbers = this.#numbers;
    for (let left = numbers.number(); left > 0; left--) {
      const place = numbers.number();
      const action = known(ACTIONS[Math.floor(place / 2)]);
      parts.push({
        side: place % 2 === 0 ? 'request' : 'response',
        rule: this.#text(),
        action,
        count: numbers.number(),
      });
    }
    return parts;
  }

  #text(): string {
    return known(this.#table.texts[this.#numbers.number()]);
  }

  #word(): string {
    const start = this.#wordAt;
    this.#wordAt += this.#numbers.number();
    return this.#words.slice(start, this.#wordAt);
  }

  #body(byteCount: number): Uint8Array {
    const start = this.#bodyAt;
    this.#bodyAt += byteCount;
    if (this.#bodyAt > this.#bodyEnd) throw notAPayload('a body reaches past its exchange');
    const { buffer, byteOffset } = this.#payload;
    return new Uint8Array(buffer, byteOffset + start, byteCount);
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw notAPayload('a number that stands for nothing');
  return value;
}
