/** Index entries to test with: blocks by number, with real keys, and the exchanges that their documents stand for. */
import type {
  ExchangeOutcome,
  IndexDocument,
  IndexEntry,
  Micros,
  Protocol,
  Query,
  QueryField,
  QuerySubject,
  Segment,
} from '../../../core/index.ts';
import { encodeBlockKey, hashService } from '../../../store/block/block-key.ts';
import { sliceOf } from '../../../store/block/time-slice.ts';
import { exchange, message, NOON_MICROS } from '../exchanges/index.ts';
import { SEGMENT } from './index.ts';

/** From one block to the next. */
export const BLOCK_STEP_MICROS: Micros = 100_000;
/** From one position to the next. */
const POSITION_STEP_MICROS: Micros = 1_000;

export const DOCUMENT: IndexDocument = {
  at: NOON_MICROS,
  latencyMicros: 1_200,
  tenant: '',
  environment: 'production',
  region: '',
  instance: '',
  labels: {},
  session: '',
  source: 'front',
  service: 'catalogue',
  operation: 'GET /items',
  verb: 'GET',
  status: 200,
  outcome: 'paired',
  protocol: 'http1',
  reason: '',
  traceId: '',
};

/** Key of block `n` with `count` exchanges, the first of them `n` steps behind noon. */
export function blockKey(n: number, count = 1): Buffer {
  const firstAt = timeOf(n, 0);
  return encodeBlockKey({
    slice: sliceOf(firstAt),
    serviceHash: hashService('catalogue'),
    firstAt,
    lastAt: timeOf(n, count - 1),
    sequence: n + 1,
    count,
  });
}

export function timeOf(n: number, position: number): Micros {
  return NOON_MICROS + n * BLOCK_STEP_MICROS + position * POSITION_STEP_MICROS;
}

/** Block `n`: a document of the shop a position, changed where a test says so. */
export function indexEntry(
  n: number,
  documents: readonly Partial<IndexDocument>[],
  segment: Segment = SEGMENT,
): IndexEntry {
  return {
    segment,
    block: blockKey(n, documents.length),
    documents: documents.map((changes, position) => ({ ...DOCUMENT, at: timeOf(n, position), ...changes })),
  };
}

export function equalTo(field: QueryField, value: string, name?: string): Query {
  return { kind: 'field', field, ...(name === undefined ? {} : { name }), test: { kind: 'equals', value } };
}

export function likeThis(field: QueryField, pattern: string, name?: string): Query {
  return { kind: 'field', field, ...(name === undefined ? {} : { name }), test: { kind: 'wildcard', pattern } };
}

export function existing(field: QueryField, name?: string): Query {
  return { kind: 'field', field, ...(name === undefined ? {} : { name }), test: { kind: 'exists' } };
}

/** From `min` to `max`, both taken; either may be left open. */
export function between(field: QueryField, min: number | undefined, max: number | undefined): Query {
  return {
    kind: 'field',
    field,
    test: {
      kind: 'range',
      ...(min === undefined ? {} : { min: { value: min, inclusive: true } }),
      ...(max === undefined ? {} : { max: { value: max, inclusive: true } }),
    },
  };
}

/** The exchange that a document stands for, for a query to be asked of. */
export function subjectOf(document: IndexDocument): QuerySubject {
  const { at, latencyMicros, traceId, tenant, environment, region, instance, labels, ...same } = document;
  const { response: _, ...whole } = exchange();
  return {
    ...whole,
    ...same,
    outcome: same.outcome as ExchangeOutcome,
    protocol: same.protocol as Protocol,
    id: { ...whole.id, at },
    origin: { tenant, environment, region, instance, labels },
    trace: traceId === '' ? undefined : { traceId, spanId: '', parentSpanId: '' },
    request: message('', '', { firstByteAt: at, lastByteAt: at }),
    ...(latencyMicros === undefined ? {} : { response: message('', '', { lastByteAt: at + latencyMicros }) }),
  };
}
