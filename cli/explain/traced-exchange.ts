/** An exchange as `explain` keeps it: where its bytes are, and the line that a person knows it by. */
import { type Direction, type Exchange, type Flow, formatExchangeId, type Message } from '../../core/index.ts';
import { clientDirectionOf } from '../ledger/flow-row.ts';
import { hideCredentials } from '../render/credentials.ts';
import type { TracedExchange, TracedMessage } from './flow-trace.ts';

/** Start lines are cut here; a terminal shows less. */
const MAX_LINE_BYTES = 512;

/** @param seen the flow as the collector has it, whose directions are meant */
export function traceExchange(exchange: Exchange, seen: Flow): Omit<TracedExchange, 'matched' | 'meant'> {
  const toServer = clientDirectionOf(exchange.flow, seen);
  const toClient = (1 - toServer) as Direction;
  const { request, response, interim, protocol } = exchange;
  const messages: TracedMessage[] = [];
  const traced = (message: Message, side: TracedMessage['side']) => {
    const direction = side === 'request' ? toServer : toClient;
    messages.push(traceMessage(message, side, direction, lineOf(exchange, side, message)));
  };
  if (request !== undefined) traced(request, 'request');
  for (const answer of interim) traced(answer, 'interim');
  if (response !== undefined) traced(response, 'response');
  return {
    id: formatExchangeId(exchange.id),
    at: exchange.id.at,
    protocol,
    operation: exchange.operation,
    status: exchange.status,
    outcome: exchange.outcome,
    reason: exchange.reason,
    notes: exchange.notes,
    messages,
  };
}

function traceMessage(
  message: Message,
  side: TracedMessage['side'],
  direction: Direction,
  firstLine: string,
): TracedMessage {
  return {
    side,
    direction,
    offset: message.streamOffset,
    byteCount: message.byteCount,
    headByteCount: message.headByteCount,
    missing: message.missing,
    firstLine,
  };
}

/** The line that a person knows the message by. */
function lineOf({ protocol, operation, attributes }: Exchange, side: TracedMessage['side'], message: Message): string {
  switch (protocol) {
    case 'http1':
      return firstLineOf(message);
    case 'thrift': {
      const { transport, encoding, sequenceId, call, answer, result } = attributes;
      if (side === 'request') return `${call} ${operation}, ${transport} ${encoding}, sequence id ${sequenceId}`;
      return [answer, result].filter((word) => word !== undefined).join(', ');
    }
    case 'tcp':
      return side === 'request' ? operation : '';
    default:
      return protocol satisfies never;
  }
}

/** Of the head, as far as it was kept; empty lines before it are passed over. */
function firstLineOf({ parts, headByteCount }: Message): string {
  const [part] = parts;
  if (part === undefined || headByteCount === 0) return '';
  const start = Buffer.from(part.buffer, part.byteOffset, Math.min(part.length, MAX_LINE_BYTES)).toString('latin1');
  const line = /^[\r\n]*([^\r\n]*)/.exec(start)?.[1] ?? '';
  return hideCredentials(line);
}
