/** What a query can ask about: each field's names, how its values compare, and what it reads. */
import type { Exchange } from '../exchange/exchange.ts';
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
  /** Compares with ranges. */
  readonly numeric: boolean;
  /** The value as text; empty where there is none. @param name of a label */
  read(subject: QuerySubject, name?: string): string;
  /** A second text that an `equals` test may meet: the address without its port. */
  readonly readShort?: (subject: QuerySubject) => string;
}

const TEXT = { aliases: [], letters: 'as-written', numeric: false } as const;

export const QUERY_FIELDS: Readonly<Record<QueryField, QueryFieldMeaning>> = {
  id: { ...TEXT, describes: 'exchange id', read: (subject) => formatExchangeId(subject.id) },
  protocol: { ...TEXT, describes: 'http1, thrift, tcp', letters: 'lower', read: (subject) => subject.protocol },
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
  operation: { ...TEXT, describes: 'verb and path, or Thrift function', read: (subject) => subject.operation },
  verb: {
    ...TEXT,
    describes: 'HTTP verb',
    aliases: ['method', 'http.method', 'http.request.method'],
    letters: 'upper',
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
    numeric: true,
    read: (subject) => (subject.status ? String(subject.status) : ''),
  },
  outcome: {
    ...TEXT,
    describes: 'paired, request-only, response-only, oneway, session',
    letters: 'lower',
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
    aliases: ['client.address'],
    read: (subject) => formatEndpoint(subject.flow.client),
    readShort: (subject) => subject.flow.client.address,
  },
  server: {
    ...TEXT,
    describes: 'ip:port or ip of the server',
    aliases: ['server.address'],
    read: (subject) => formatEndpoint(subject.flow.server),
    readShort: (subject) => subject.flow.server.address,
  },
  tenant: { ...TEXT, describes: 'tenant of the capture', read: (subject) => subject.origin?.tenant ?? '' },
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
    read: (subject, name = '') => subject.origin?.labels[name] ?? '',
  },
  latency: {
    ...TEXT,
    describes: 'from the first byte of the request to the last of the answer: 200ms',
    aliases: ['duration', 'event.duration'],
    numeric: true,
    read: ({ request, response }) => String(exchangeLatencyMicros({ request, response }) ?? ''),
  },
  time: {
    ...TEXT,
    describes: 'time of the exchange, as --since takes it',
    aliases: ['@timestamp', 'timestamp'],
    numeric: true,
    read: (subject) => String(subject.id.at),
  },
};

const FIELDS_BY_NAME: ReadonlyMap<string, QueryField> = new Map(
  (Object.keys(QUERY_FIELDS) as QueryField[]).flatMap((field) =>
    [field, ...QUERY_FIELDS[field].aliases].map((name): [string, QueryField] => [name.toLowerCase(), field]),
  ),
);

/** The field of that name or alias, in any case. */
export function findQueryField(name: string): QueryField | undefined {
  return FIELDS_BY_NAME.get(name.toLowerCase());
}

/** A value in the form in which the field compares. */
export function comparableValue(field: QueryField, value: string): string {
  const { letters } = QUERY_FIELDS[field];
  switch (letters) {
    case 'as-written':
      return value;
    case 'upper':
      return value.toUpperCase();
    case 'lower':
      return value.toLowerCase();
    default:
      return letters satisfies never;
  }
}

/** Names of fields, those most like the unknown one first; at most three. */
export function nearestQueryFields(name: string): readonly string[] {
  const wanted = name.toLowerCase().slice(0, 40);
  return [...FIELDS_BY_NAME]
    .map(([known, field]) => ({ field, distance: editDistance(wanted, known) }))
    .sort((one, other) => one.distance - other.distance)
    .map(({ field }) => field)
    .filter((field, index, fields) => fields.indexOf(field) === index)
    .slice(0, 3);
}

/** Levenshtein distance: insertions, removals and replacements between two short words. */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (above[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    above = row;
  }
  return above[other.length] as number;
}
