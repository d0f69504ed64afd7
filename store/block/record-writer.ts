/** Exchanges → records, and the bodies and words that go with them (`record.ts` draws it). */
import { type Exchange, encodeExchange, type Message, type SchemaWriter } from '../../core/index.ts';
import type { NumberWriter } from './numbers.ts';
import { ACTIONS, FORM, hasRecordForm, MESSAGE, OUTCOMES, PROTOCOLS } from './record.ts';
import type { SharedTableWriter } from './shared-table.ts';

/** Numbers of a record without what is counted: 19 of an exchange, 7 of each message, 4 counts. */
const FIXED_NUMBERS = 48;

/** Last values of fields that rarely change, so that most are not looked up. */
const FIELD = { source: 0, service: 1, operation: 2, verb: 3, path: 4, reason: 5 } as const;
const FIELD_COUNT = 6;

export class RecordWriter {
  /** What follows the numbers in the payload, in order. */
  readonly bodies: Uint8Array[] = [];
  readonly #numbers: NumberWriter;
  readonly #own: NumberWriter;
  readonly #words: SchemaWriter;
  readonly #table: SharedTableWriter;
  readonly #lastTexts: string[] = new Array<string>(FIELD_COUNT).fill('');
  readonly #lastNumbers: number[] = new Array<number>(FIELD_COUNT).fill(0);

  /** @param own scratch for the record under way */
  constructor(numbers: NumberWriter, own: NumberWriter, words: SchemaWriter, table: SharedTableWriter) {
    this.#numbers = numbers;
    this.#own = own;
    this.#words = words;
    this.#table = table;
  }

  clear(): void {
    this.bodies.length = 0;
    this.#lastTexts.fill('');
    this.#lastNumbers.fill(0);
  }

  /** @param baseAt time of the first exchange, not after this one's */
  write(exchange: Exchange, baseAt: number): void {
    const own = this.#own;
    own.pos = 0;
    const firstBody = this.bodies.length;
    const words = hasRecordForm(exchange) ? this.#writeForm(exchange, baseAt) : this.#writeSchema(exchange);
    let bodyBytes = 0;
    for (let i = firstBody; i < this.bodies.length; i++) bodyBytes += (this.bodies[i] as Uint8Array).length;
    const numbers = this.#numbers;
    numbers.reserve(3 + own.pos);
    numbers.put(own.pos);
    numbers.put(bodyBytes);
    numbers.put(words);
    numbers.putAll(own);
  }

  #writeSchema(exchange: Exchange): number {
    this.#own.put(FORM.schema);
    this.bodies.push(encodeExchange(exchange));
    return 0;
  }

  /** @returns UTF-16 units of words */
  #writeForm(exchange: Exchange, baseAt: number): number {
    const own = this.#own;
    const table = this.#table;
    const { id, trace, request, response, session } = exchange;
    const { notes, sealed, masked, attributes } = exchange;
    const names = Object.keys(attributes);
    const isMore = notes.length + sealed.length + masked.length + names.length > 0;
    const isSession = session !== '' && session !== id.flow;
    own.reserve(FIXED_NUMBERS);
    own.put(
      (request === undefined ? 0 : FORM.request) |
        (response === undefined ? 0 : FORM.response) |
        (trace === undefined ? 0 : FORM.trace) |
        (isSession ? FORM.session : 0) |
        (isMore ? FORM.more : 0),
    );
    own.put(id.at - baseAt);
    own.put(table.flow(exchange.flow));
    own.put(id.offset);
    own.put(id.index);
    own.put(table.origin(exchange.origin));
    own.put(PROTOCOLS.indexOf(exchange.protocol));
    own.put(OUTCOMES.indexOf(exchange.outcome));
    own.put(exchange.status);
    own.put(this.#text(FIELD.source, exchange.source));
    own.put(this.#text(FIELD.service, exchange.service));
    own.put(this.#text(FIELD.operation, exchange.operation));
    own.put(this.#text(FIELD.verb, exchange.verb));
    own.put(this.#text(FIELD.path, exchange.path));
    own.put(this.#text(FIELD.reason, exchange.reason));
    if (isSession) own.put(table.text(session));
    let words = 0;
    if (trace !== undefined)
      words = this.#word(trace.traceId) + this.#word(trace.spanId) + this.#word(trace.parentSpanId);
    if (request !== undefined) this.#message(request, exchange);
    if (response !== undefined) this.#message(response, exchange);
    if (isMore) this.#more(exchange, names);
    return words;
  }

  #more({ notes, sealed, masked, attributes }: Exchange, names: readonly string[]): void {
    const own = this.#own;
    const table = this.#table;
    own.reserve(4 + notes.length + 2 * names.length + 5 * sealed.length + 3 * masked.length);
    own.put(notes.length);
    for (const note of notes) own.put(table.text(note));
    own.put(names.length);
    for (const name of names) {
      own.put(table.text(name));
      own.put(table.text(attributes[name] as string));
    }
    own.put(sealed.length);
    for (const range of sealed) {
      // 0 request, 1 response, from 2 on the interim answers.
      own.put(
        range.interim === undefined
          ? Number(range.side === 'response')
          : (range.interim + 1) * 2 + Number(range.side === 'response'),
      );
      own.put(range.offset);
      own.put(range.byteCount);
      own.put(table.text(range.keyId));
      own.put(range.sealed.length);
      this.bodies.push(range.sealed);
    }
    own.put(masked.length);
    for (const part of masked) {
      own.put(ACTIONS.indexOf(part.action) * 2 + Number(part.side === 'response'));
      own.put(table.text(part.rule));
      own.put(part.count);
    }
  }

  #message(message: Message, { id }: Exchange): void {
    const own = this.#own;
    const { parts, byteCount } = message;
    const [first] = parts;
    const isWhole = parts.length === 1 && first !== undefined && first.length === byteCount;
    const isAtStart = message.streamOffset === id.offset && message.firstByteAt === id.at;
    own.put(
      (message.complete ? MESSAGE.complete : 0) |
        (message.truncated ? MESSAGE.truncated : 0) |
        (isWhole ? MESSAGE.whole : 0) |
        (isAtStart ? MESSAGE.atStart : 0),
    );
    own.put(byteCount);
    own.put(message.headByteCount);
    if (!isAtStart) {
      own.put(message.streamOffset);
      own.putSigned(message.firstByteAt - id.at);
    }
    own.putSigned(message.lastByteAt - message.firstByteAt);
    if (!isWhole) {
      own.reserve(parts.length + FIXED_NUMBERS);
      own.put(parts.length);
      for (const part of parts) own.put(part.length);
    }
    for (const part of parts) this.bodies.push(part);
  }

  #word(text: string): number {
    const { length } = text;
    this.#own.put(length);
    this.#words.plainText(text);
    return length;
  }

  #text(field: number, text: string): number {
    if (this.#lastTexts[field] === text) return this.#lastNumbers[field] as number;
    const number = this.#table.text(text);
    this.#lastTexts[field] = text;
    this.#lastNumbers[field] = number;
    return number;
  }
}
