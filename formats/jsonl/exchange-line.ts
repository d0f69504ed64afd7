/**
 * An exchange as one JSON line: what `parse` and `find --json` print.
 *
 *   {"id":"…","protocol":"http1","client":"10.0.0.7:40312","server":"10.0.0.8:80",…,"status":200,…,"notes":[]}
 *
 * Field names are stable; more may be added. What a missing message would have told is null, an unknown text is empty.
 * Built by concatenation: a line costs little more than a microsecond, where `JSON.stringify` of an object costs four.
 */
import {
  type Exchange,
  type ExchangeOutcome,
  type Flow,
  formatEndpoint,
  formatExchangeId,
  formatIsoTime,
  type Message,
  NO_ATTRIBUTES,
} from '../../core/index.ts';
import { quoteJson } from './json-text.ts';

/** The parts of the line that all exchanges of one flow share. */
const flowParts = new WeakMap<Flow, FlowParts>();

interface FlowParts {
  readonly ends: string;
  /** The end of the line of an exchange in which nothing is odd. */
  readonly ordinaryEnd: string;
}

/** The part of the line that all exchanges of one service and operation share, by service and operation. */
const operationParts = new Map<string, Map<string, OperationPart>>();
/** Operations remembered for one service; paths with ids in them would grow without bound. */
const MAX_OPERATIONS = 1024;
const MAX_SERVICES = 64;

interface OperationPart {
  readonly source: string;
  readonly verb: string;
  readonly path: string;
  readonly text: string;
}

/** The line without its line end. */
export function formatExchangeLine(exchange: Exchange): string {
  const { id, flow, request, response } = exchange;
  const parts = partsOf(flow);
  return (
    `{"id":"${formatExchangeId(id)}","protocol":"${exchange.protocol}${parts.ends}${operationPart(exchange)}` +
    `${outcomePart(exchange)}${request === undefined ? 'null' : request.byteCount}` +
    `,"responseBytes":${response === undefined ? 'null' : response.byteCount}` +
    `,"requestAt":${startTime(request)},"responseAt":${startTime(response)}${tracePart(exchange)}` +
    `${isOrdinary(exchange) ? parts.ordinaryEnd : endPart(exchange)}`
  );
}

/** Up to the length of the request. */
function outcomePart({ status, outcome, reason }: Exchange): string {
  const plain = outcome === 'paired' && reason === '' && status > 0 && status < PAIRED_PARTS.length;
  return plain ? (PAIRED_PARTS[status] as string) : spellOutcome(status, outcome, reason);
}

function spellOutcome(status: number, outcome: ExchangeOutcome, reason: string): string {
  const shown = status === 0 ? 'null' : status;
  return `,"status":${shown},"outcome":"${outcome}","reason":${quoteJson(reason)},"requestBytes":`;
}

/** By status. */
const PAIRED_PARTS = Array.from({ length: 600 }, (_, status) => flatten(spellOutcome(status, 'paired', '')));

function tracePart({ trace }: Exchange): string {
  if (trace === undefined) return ',"traceId":"","spanId":"","parentSpanId":""';
  const { traceId, spanId, parentSpanId } = trace;
  const span = spanId === '' ? ',"spanId":"","parentSpanId":' : `,"spanId":${quoteJson(spanId)},"parentSpanId":`;
  return `,"traceId":${quoteJson(traceId)}${span}${quoteJson(parentSpanId)}`;
}

function operationPart({ source, service, operation, verb, path }: Exchange): string {
  let parts = operationParts.get(service);
  if (parts === undefined) {
    if (operationParts.size >= MAX_SERVICES) operationParts.clear();
    parts = new Map();
    operationParts.set(service, parts);
  }
  const known = parts.get(operation);
  // Not every protocol's operation tells verb and path.
  if (known !== undefined && known.path === path && known.verb === verb && known.source === source) return known.text;
  const before = `,"source":${quoteJson(source)},"service":${quoteJson(service)},"operation":${quoteJson(operation)}`;
  const text = flatten(`${before},"verb":${quoteJson(verb)},"path":${quoteJson(path)}`);
  if (parts.size >= MAX_OPERATIONS) parts.clear();
  parts.set(operation, { source, verb, path, text });
  return text;
}

/** A concatenated string is a tree; one that is used again and again is better copied into one piece once. */
function flatten(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

function isOrdinary(exchange: Exchange): boolean {
  const { interim, notes, session, flow, attributes } = exchange;
  return (
    interim.length === 0 &&
    notes.length === 0 &&
    session === flow.id &&
    attributes === NO_ATTRIBUTES &&
    !isTruncated(exchange)
  );
}

function isTruncated({ request, response }: Exchange): boolean {
  return request?.truncated === true || response?.truncated === true;
}

function endPart(exchange: Exchange): string {
  const { interim, notes, session, attributes } = exchange;
  return (
    `,"session":${quoteJson(session)},"interim":[${interim.map(interimStatus).join()}]` +
    `,"truncated":${isTruncated(exchange)},"notes":[${notes.map(quoteJson).join()}],"attributes":${attributesPart(attributes)}}`
  );
}

function attributesPart(attributes: Readonly<Record<string, string>>): string {
  const entries = Object.entries(attributes).map(([name, value]) => `${quoteJson(name)}:${quoteJson(value)}`);
  return `{${entries.join()}}`;
}

function partsOf(flow: Flow): FlowParts {
  let parts = flowParts.get(flow);
  if (parts === undefined) {
    const client = quoteJson(formatEndpoint(flow.client));
    const server = quoteJson(formatEndpoint(flow.server));
    parts = {
      ends: flatten(`","client":${client},"server":${server},"flow":"${flow.id}"`),
      ordinaryEnd: flatten(`,"session":"${flow.id}","interim":[],"truncated":false,"notes":[],"attributes":{}}`),
    };
    flowParts.set(flow, parts);
  }
  return parts;
}

function startTime(message: Message | undefined): string {
  return message === undefined ? 'null' : `"${formatIsoTime(message.firstByteAt)}"`;
}

/** The status in `HTTP/1.1 103 …` (RFC 9112, section 4); 0 where it cannot be read. */
function interimStatus(message: Message): number {
  const [first] = message.parts;
  if (first === undefined) return 0;
  const status = Number(String.fromCharCode(...first.subarray(9, 12)));
  return Number.isInteger(status) ? status : 0;
}
