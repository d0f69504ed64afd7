/**
 * One exchange among the numbers of a payload: what it shares by number, what is its own as it is.
 *
 *     +--------+--------+-------+------+-------+----------------------------------------------
 *     | length | bodies | words | form | at    | flow, offset, index, origin, protocol, …
 *     +--------+--------+-------+------+-------+----------------------------------------------
 *       bytes    bytes    UTF-16  flags  µs behind the first exchange
 *
 * `length` counts the octets of numbers behind `words`; with `bodies` and `words`, what it takes of the payload's bodies
 * and of its words, an exchange is passed over without being read. Words are texts that are different every time: trace
 * ids. Times are told by their distance from the exchange's. What is seldom (interim answers, turns, missing bytes) has
 * no form here: such an exchange is `schema`, its body the bytes of `exchange.proto`, and nothing follows its form.
 */
import type { Exchange, ExchangeOutcome, MaskedPart, Message, Protocol } from '../../core/index.ts';
import { MAX_SIGNED } from './numbers.ts';

/** Flags of an exchange. */
export const FORM = {
  schema: 1,
  request: 2,
  response: 4,
  trace: 8,
  /** Its session is not its flow. */
  session: 16,
  /** Notes, attributes, sealed ranges, masked parts: a count of each. */
  more: 32,
} as const;

/** Flags of a message. */
export const MESSAGE = {
  complete: 1,
  truncated: 2,
  /** In one part, which is all of it. */
  whole: 4,
  /** It begins at the exchange's stream offset and time. */
  atStart: 8,
} as const;

/** By their place here they are written: new ones come behind. */
export const PROTOCOLS: readonly Protocol[] = ['http1', 'thrift', 'tcp'];
export const OUTCOMES: readonly ExchangeOutcome[] = ['paired', 'request-only', 'response-only', 'oneway', 'session'];
export const ACTIONS: readonly MaskedPart['action'][] = ['replace', 'redact', 'mask', 'hash', 'encrypt', 'drop'];

/** Whether the record has a form for it. */
export function hasRecordForm({ id, flow, trace, request, response, interim, turns }: Exchange): boolean {
  return (
    interim.length === 0 &&
    turns.length === 0 &&
    id.flow === flow.id &&
    (trace === undefined || trace.traceId !== '' || trace.spanId !== '' || trace.parentSpanId !== '') &&
    (request === undefined || hasMessageForm(request)) &&
    (response === undefined || hasMessageForm(response)) &&
    id.at < MAX_SIGNED
  );
}

function hasMessageForm({ missing, byteCount, firstByteAt, lastByteAt }: Message): boolean {
  return missing.length === 0 && byteCount < MAX_SIGNED && firstByteAt < MAX_SIGNED && lastByteAt < MAX_SIGNED;
}
