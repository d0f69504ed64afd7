/** When an exchange ran: from its first byte to its last one seen. */
import type { Exchange, Micros } from '../../core/index.ts';

export interface ExchangeSpan {
  readonly start: Micros;
  readonly end: Micros;
  /** Both sides were seen, so that the span is a latency. */
  readonly answered: boolean;
}

export function exchangeSpan({ id, request, response }: Exchange): ExchangeSpan {
  const start = request?.firstByteAt ?? response?.firstByteAt ?? id.at;
  const end = Math.max(start, response?.lastByteAt ?? request?.lastByteAt ?? start);
  return { start, end, answered: request !== undefined && response !== undefined };
}
