/** What of an exchange goes into the index. */
import { type Exchange, exchangeLatencyMicros, type IndexDocument } from '../../core/index.ts';

export function toIndexDocument(exchange: Exchange): IndexDocument {
  const { origin } = exchange;
  return {
    at: exchange.id.at,
    latencyMicros: exchangeLatencyMicros(exchange),
    tenant: origin.tenant,
    environment: origin.environment,
    region: origin.region,
    instance: origin.instance,
    labels: origin.labels,
    session: exchange.session,
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
