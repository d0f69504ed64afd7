/** An exchange as one row of a list, as `find` prints it; columns are fixed so that rows can stream. */
import { type Exchange, formatExchangeId, formatIsoTime } from '../../core/index.ts';
import { formatSpan } from './amount.ts';
import { exchangeSpan } from './exchange-span.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

const SERVICES_WIDTH = 24;
const OPERATION_WIDTH = 36;

export function renderExchangeRowHeader(): string {
  return row('time', 'status', 'latency', 'service', 'operation', 'id');
}

export function renderExchangeRow(exchange: Exchange): string {
  const span = exchangeSpan(exchange);
  const services = exchange.source === '' ? exchange.service : `${exchange.source} → ${exchange.service}`;
  return row(
    formatIsoTime(exchange.id.at),
    statusText(exchange),
    span.answered ? formatSpan(span.end - span.start) : '-',
    escapeForTerminal(services),
    escapeForTerminal(exchange.operation),
    formatExchangeId(exchange.id),
  );
}

/** The status; where there is none, what is there instead. */
export function statusText(exchange: Exchange): string {
  if (exchange.status !== 0) return String(exchange.status);
  switch (exchange.outcome) {
    case 'paired':
      return threw(exchange) ? 'threw' : '-';
    case 'oneway':
      return 'oneway';
    case 'request-only':
      return 'lone';
    case 'response-only':
      return 'answer';
    case 'session':
      return 'session';
    default:
      return exchange.outcome satisfies never;
  }
}

/** A Thrift call that was answered by an exception, declared or not. */
function threw({ attributes }: Exchange): boolean {
  return attributes.answer === 'exception' || attributes.result === 'declared-exception';
}

function row(time: string, status: string, latency: string, service: string, operation: string, id: string): string {
  const columns = [
    time.padEnd(27),
    status.padEnd(7),
    latency.padStart(8),
    shorten(service, SERVICES_WIDTH).padEnd(SERVICES_WIDTH),
    shorten(operation, OPERATION_WIDTH).padEnd(OPERATION_WIDTH),
    id,
  ];
  return columns.join('  ');
}
