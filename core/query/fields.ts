/** What a query can ask about: each field's names, how its values compare, and what it reads. */
import type { Exchange, ExchangeOutcome, Protocol } from '../exchange/exchange.ts';
import { formatExchangeId } from '../exchange/exchange-id.ts';
import { exchangeLatencyMicros } from '../exchange/latency.ts';
import { formatEndpoint } from '../flow/flow.ts';
import type { QueryField } from './query.ts';

/** What a query can be asked of: an exchange, or a request that has no answer yet. */
export type QuerySubject = Pick<
  Exchange,
  'id' | 'flow' | 'protocol' | 'source' | 'service' | 'operation' | 'verb' | 'path' | 'trace' | 'session'
> &
  Partial<Pick<Exchange, 'status' | 'outcome' | 'reason' | 'origin' | 'request' | 'response'>>;

export interface QueryFieldMeaning {
  readonly describes: string;
  /** Other names, such as those of OpenTelemetry. */
  readonly aliases: readonly string[];
  /** Form in which values are compared: as written, or all in one case. */
  readonly letters: 'as-written' | 'upper' | 'lower';
  /** `text` has no ranges; numbers, latencies (in µs) and times (in µs since the epoch) do. */
  readonly values: 'text' | 'number' | 'latency' | 'time';
  /** Every value there is, where they are few. */
  readonly choices?: readonly string[];
  /** The value as text; empty where there is none. @param name of a label */
  read(subject: QuerySubject, name?: string): string;
  /** What ranges compare; undefined where there is none. */
  readonly readNumber?: (subject: QuerySubject) => number | undefined;
  /** A second text that an `equals` test may meet: the address without its port. */
  readonly readShort?: (subject: QuerySubject) => string;
}

const TEXT = { aliases: [], letters: 'as-written', values: 'text' } as const;

export const QUERY_FIELDS: Readonly<Record<QueryField, QueryFieldMeaning>> = {
  id: { ...TEXT, describes: 'exchange id', aliases: ['event.id'], read: (subject) => formatExchangeId(subject.id) },
  protocol: {
    ...TEXT,
    describes: 'protocol',
    aliases: ['network.protocol'],
    letters: 'lower',
    choices: ['http1', 'thrift', 'tcp'] satisfies readonly Protocol[],
    read: (subject) => subject.protocol,
  },
  source: {
    ...TEXT,
    describes: 'calling service',
    aliases: ['caller', 'source.service'],
    read: (subject) => subject.source,
  },
  service: {
    ...TEXT,
    describes: 'called service',
    aliases: ['service.name', 'callee', 'destination.service'],
    read: (subject) => subject.service,
  },
  operation: {
    ...TEXT,
    describes: 'verb and path, or Thrift function',
    aliases: ['transaction.name'],
    read: (subject) => subject.operation,
  },
  verb: {
    ...TEXT,
    describes: 'HTTP verb',
    aliases: ['method', 'http.method', 'http.request.method'],
    letters: 'upper',
    choices: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'],
    read: (subject) => subject.verb.toUpperCase(),
  },
  path: {
    ...TEXT,
    describes: 'path without query string',
    aliases: ['url.path', 'http.path'],
    read: (subject) => subject.path,
  },
  status: {
    ...TEXT,
    describes: 'status of the answer',
    aliases: ['http.response.status_code', 'http.status_code', 'status_code', 'statusCode'],
    values: 'number',
    read: (subject) => (subject.status ? String(subject.status) : ''),
    readNumber: (subject) => (subject.status ? subject.status : undefined),
  },
  outcome: {
    ...TEXT,
    describes: 'what became of it',
    letters: 'lower',
    choices: ['paired', 'request-only', 'response-only', 'oneway', 'session'] satisfies readonly ExchangeOutcome[],
    read: (subject) => subject.outcome ?? '',
  },
  reason: {
    ...TEXT,
    describes: 'why a side is missing or broken',
    read: (subject) => subject.reason ?? '',
  },
  trace: {
    ...TEXT,
    describes: 'trace id',
    aliases: ['traceId', 'trace.id', 'trace_id'],
    read: (subject) => subject.trace?.traceId ?? '',
  },
  session: {
    ...TEXT,
    describes: 'session key',
    aliases: ['session.id'],
    read: (subject) => subject.session,
  },
  client: {
    ...TEXT,
    describes: 'ip:port or ip of the client',
    aliases: ['client.address', 'client.ip', 'source.address', 'source.ip'],
    read: (subject) => formatEndpoint(subject.flow.client),
    readShort: (subject) => subject.flow.client.address,
  },
  server: {
    ...TEXT,
    describes: 'ip:port or ip of the server',
    aliases: ['server.address', 'server.ip', 'destination.address', 'destination.ip'],
    read: (subject) => formatEndpoint(subject.flow.server),
    readShort: (subject) => subject.flow.server.address,
  },
  tenant: {
    ...TEXT,
    describes: 'tenant of the capture',
    aliases: ['organization.name'],
    read: (subject) => subject.origin?.tenant ?? '',
  },
  environment: {
    ...TEXT,
    describes: 'environment of the capture',
    aliases: ['env', 'service.environment', 'deployment.environment'],
    read: (subject) => subject.origin?.environment ?? '',
  },
  region: {
    ...TEXT,
    describes: 'region of the capture',
    aliases: ['cloud.region'],
    read: (subject) => subject.origin?.region ?? '',
  },
  instance: {
    ...TEXT,
    describes: 'instance that was captured',
    aliases: ['service.node.name', 'host.name'],
    read: (subject) => subject.origin?.instance ?? '',
  },
  label: {
    ...TEXT,
    describes: 'label of the capture, by name: label.team',
    aliases: ['labels'],
    read: ({ origin }, name = '') =>
      origin !== undefined && Object.hasOwn(origin.labels, name) ? (origin.labels[name] as string) : '',
  },
  latency: {
    ...TEXT,
    describes: 'from the first byte of the request to the last of the answer: 200ms',
    aliases: ['duration', 'event.duration'],
    values: 'latency',
    read: ({ request, response }) => String(exchangeLatencyMicros({ request, response }) ?? ''),
    readNumber: ({ request, response }) => exchangeLatencyMicros({ request, response }),
  },
  time: {
    ...TEXT,
    describes: 'time of the exchange, as --since takes it',
    aliases: ['@timestamp', 'timestamp', 'event.start'],
    values: 'time',
    read: (subject) => String(subject.id.at),
    readNumber: (subject) => subject.id.at,
  },
};
