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
  type Flow,
  formatEndpoint,
  formatExchangeId,
  formatIsoTime,
  type Message,
} from '../../core/index.ts';
import { quoteJson } from './json-text.ts';

/** The part of the line that all exchanges of one flow share. */
const flowParts = new WeakMap<Flow, string>();

/** The part of the line that all exchanges of one service and operation share, by service and operation. */
const operationParts = new Map<string, Map<string, OperationPart>>();
/** Operations remembered for one service; paths with ids in them would grow without bound. */
const MAX_OPERATIONS = 1024;
const MAX_SERVICES = 64;

interface OperationPart {
  readonly verb: string;
  readonly path: string;
  readonly text: string;
}

/** The line without its line end. */
export function formatExchangeLine(exchange: Exchange): string {
  const { id, flow, request, response, trace } = exchange;
  return (
    `{"id":"${formatExchangeId(id)}","protocol":"${exchange.protocol}",${flowPart(flow)}` +
    `,"source":${quoteJson(exchange.source)},${operationPart(exchange)}` +
    `,"status":${exchange.status === 0 ? 'null' : exchange.status}` +
    `,"outcome":"${exchange.outcome}","reason":${quoteJson(exchange.reason)}` +
    `,"requestBytes":${request === undefined ? 'null' : request.byteCount}` +
    `,"responseBytes":${response === undefined ? 'null' : response.byteCount}` +
    `,"requestAt":${startTime(request)},"responseAt":${startTime(response)}` +
    `,"traceId":${trace === undefined ? '""' : quoteJson(trace.traceId)}` +
    `,"spanId":${trace === undefined ? '""' : quoteJson(trace.spanId)}` +
    `,"parentSpanId":${trace === undefined ? '""' : quoteJson(trace.parentSpanId)}` +
    `,"session":${exchange.session === flow.id ? `"${flow.id}"` : quoteJson(exchange.session)}${endPart(exchange)}`
  );
}

function operationPart({ service, operation, verb, path }: Exchange): string {
  let parts = operationParts.get(service);
  if (parts === undefined) {
    if (operationParts.size >= MAX_SERVICES) operationParts.clear();
    parts = new Map();
    operationParts.set(service, parts);
  }
  const known = parts.get(operation);
  // Not every protocol's operation tells verb and path.
  if (known !== undefined && known.path === path && known.verb === verb) return known.text;
  const before = `"service":${quoteJson(service)},"operation":${quoteJson(operation)}`;
  const text = flatten(`${before},"verb":${quoteJson(verb)},"path":${quoteJson(path)}`);
  if (parts.size >= MAX_OPERATIONS) parts.clear();
  parts.set(operation, { verb, path, text });
  return text;
}

/** A concatenated string is a tree; one that is used again and again is better copied into one piece once. */
function flatten(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

function endPart({ interim, request, response, notes }: Exchange): string {
  const truncated = request?.truncated === true || response?.truncated === true;
  if (interim.length === 0 && notes.length === 0 && !truncated) return ',"interim":[],"truncated":false,"notes":[]}';
  return (
    `,"interim":[${interim.map(interimStatus).join()}],"truncated":${truncated}` +
    `,"notes":[${notes.map(quoteJson).join()}]}`
  );
}

function flowPart(flow: Flow): string {
  let part = flowParts.get(flow);
  if (part === undefined) {
    const client = quoteJson(formatEndpoint(flow.client));
    part = flatten(`"client":${client},"server":${quoteJson(formatEndpoint(flow.server))},"flow":"${flow.id}"`);
    flowParts.set(flow, part);
  }
  return part;
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
