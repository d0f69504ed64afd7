/** One exchange in full, as `show ID` prints it. */
import pc from 'picocolors';
import {
  type Exchange,
  formatEndpoint,
  formatExchangeId,
  formatIsoTime,
  type MaskedPart,
  type Message,
} from '../../core/index.ts';
import type { ThriftNames } from '../../parser/index.ts';
import { formatByteCount, formatNumberOf, formatSpan } from './amount.ts';
import { renderMessage } from './message.ts';
import { escapeForTerminal } from './terminal-text.ts';
import { carriesThrift, renderThrift, renderThriftBody } from './thrift.ts';

export interface ExchangeRendering {
  /** Prints credentials instead of placeholders. */
  readonly withSecrets: boolean;
  readonly color: boolean;
  /** Bodies as sent, their codings not undone. */
  readonly raw?: boolean;
  /** For the fields of Thrift messages. */
  readonly names?: ThriftNames | undefined;
}

export function renderExchange(
  exchange: Exchange,
  { withSecrets, color, raw = false, names }: ExchangeRendering,
): string {
  const paint = pc.createColors(color);
  const lines = facts(exchange).map(([name, text]) => `${paint.dim(name.padEnd(10))}${escapeForTerminal(text)}`);
  const sides: [string, Message | undefined][] = [
    ['request', exchange.request],
    ...exchange.interim.map((message): [string, Message] => ['interim answer', message]),
    ['response', exchange.response],
  ];
  const hasThriftBody = carriesThrift(exchange) && !raw;
  for (const [name, message] of sides) {
    if (message === undefined) continue;
    const isThrift = exchange.protocol === 'thrift';
    const how = { withSecrets, raw };
    const text = isThrift ? renderThrift(message, names, how) : renderMessage(message, how);
    lines.push('', paint.bold(`── ${name} `.padEnd(60, '─')), text);
    if (hasThriftBody) lines.push('', renderThriftBody(message, names, withSecrets));
  }
  return lines.join('\n');
}

/** Names and texts of what is known beside the bytes; texts are not escaped yet. */
function facts(exchange: Exchange): [string, string][] {
  const { flow, trace, origin, request, response } = exchange;
  const seenAt =
    flow.vantage === 'unknown' ? '' : `, seen at ${flow.vantage === 'both' ? 'both ends' : `the ${flow.vantage}`}`;
  const network = flow.network === '' ? '' : `, ${flow.network}`;
  const list: [string, string][] = [
    ['exchange', formatExchangeId(exchange.id)],
    ['flow', `${formatEndpoint(flow.client)} → ${formatEndpoint(flow.server)}  ${flow.id}${network}${seenAt}`],
    ['service', `${exchange.source === '' ? 'unknown' : exchange.source} → ${exchange.service}`],
    ['operation', exchange.operation],
    ['outcome', outcomeText(exchange)],
  ];
  if (trace !== undefined) {
    const span = trace.spanId === '' ? '' : `  span ${trace.spanId}`;
    list.push(['trace', `${trace.traceId}${span}${trace.parentSpanId === '' ? '' : `  parent ${trace.parentSpanId}`}`]);
  }
  if (exchange.session !== flow.id) list.push(['session', exchange.session]);
  const place = [origin.tenant, origin.environment, origin.region, origin.instance].filter((part) => part !== '');
  const labels = Object.entries(origin.labels).map(([name, value]) => `${name}=${value}`);
  if (place.length + labels.length > 0) list.push(['captured', [...place, ...labels].join(' ')]);
  if (request !== undefined) list.push(['request', timeText(request)]);
  if (response !== undefined) list.push(['response', `${timeText(response)}${latencyText(request, response)}`]);
  if (exchange.notes.length > 0) list.push(['notes', exchange.notes.join(', ')]);
  if (exchange.sealed.length > 0) list.push(['sealed', formatNumberOf(exchange.sealed.length, 'range')]);
  if (exchange.masked.length > 0) list.push(['masked', exchange.masked.map(maskedText).join(', ')]);
  return list;
}

function maskedText({ side, rule, action, count }: MaskedPart): string {
  return `${side}: ${rule} (${action} × ${count})`;
}

function outcomeText({ outcome, status, reason, protocol }: Exchange): string {
  return [protocol, outcome, status === 0 ? '' : `status ${status}`, reason].filter((part) => part !== '').join(', ');
}

function timeText(message: Message): string {
  const state = message.complete ? '' : ', incomplete';
  return `${formatIsoTime(message.firstByteAt)}  ${formatByteCount(message.byteCount)}${state}`;
}

function latencyText(request: Message | undefined, response: Message): string {
  if (request === undefined) return '';
  const first = formatSpan(response.firstByteAt - request.firstByteAt);
  return `, first byte after ${first}, last after ${formatSpan(response.lastByteAt - request.firstByteAt)}`;
}
