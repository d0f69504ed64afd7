/** What of an exchange goes into the index. */
import type { Exchange, IndexDocument } from '../../core/index.ts';

export function toIndexDocument(exchange: Exchange): IndexDocument {
  return {
    source: exchange.source,
    service: exchange.service,
    operation: exchange.operation,
    verb: exchange.verb,
    status: exchange.status,
    outcome: exchange.outcome,
    protocol: exchange.protocol,
    reason: exchange.reason,
    traceId: exchange.trace?.traceId ?? '',
  };
}
