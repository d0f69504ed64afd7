/** What a query says by its form alone, so that less has to be read. */
import { BytecopyError } from '../errors.ts';
import { type ExchangeId, parseExchangeId } from '../exchange/exchange-id.ts';
import type { Micros } from '../units.ts';
import type { FieldTest, MessageSide, Query } from './query.ts';

/** What every exchange that matches has; what is absent may be anything. */
export interface QueryBounds {
  readonly id?: ExchangeId;
  readonly service?: string;
  /** First time that can match, inclusive. */
  readonly since?: Micros;
  /** First time that no longer can, exclusive. */
  readonly until?: Micros;
}

/** Of conditions that hold together; what stands below OR and NOT bounds nothing. */
export function boundsOf(query: Query): QueryBounds {
  switch (query.kind) {
    case 'and':
      return query.terms.map(boundsOf).reduce(narrower, {});
    case 'field':
      return fieldBounds(query.field, query.test);
    case 'everything':
    case 'or':
    case 'not':
    case 'content':
      return {};
    default:
      return query satisfies never;
  }
}

/** Whether it can only be answered with the bytes. */
export function namesContent(query: Query, side?: MessageSide): boolean {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.terms.some((term) => namesContent(term, side));
    case 'not':
      return namesContent(query.term, side);
    case 'content':
      return side === undefined || query.side === side;
    case 'everything':
    case 'field':
      return false;
    default:
      return query satisfies never;
  }
}

function fieldBounds(field: string, test: FieldTest): QueryBounds {
  if (field === 'service' && test.kind === 'equals') return { service: test.value };
  if (field === 'id' && test.kind === 'equals') {
    const id = tryParseId(test.value);
    return id === undefined ? {} : { id, since: id.at, until: id.at + 1 };
  }
  if (field !== 'time' || test.kind !== 'range') return {};
  const { min, max } = test;
  return {
    ...(min === undefined
      ? {}
      : { since: Math.max(0, min.inclusive ? Math.ceil(min.value) : Math.floor(min.value) + 1) }),
    ...(max === undefined
      ? {}
      : { until: Math.max(0, max.inclusive ? Math.floor(max.value) + 1 : Math.ceil(max.value)) }),
  };
}

function narrower(one: QueryBounds, other: QueryBounds): QueryBounds {
  const since = Math.max(one.since ?? 0, other.since ?? 0);
  const until = Math.min(one.until ?? Number.POSITIVE_INFINITY, other.until ?? Number.POSITIVE_INFINITY);
  return {
    ...other,
    ...one,
    ...(since === 0 ? {} : { since }),
    ...(until === Number.POSITIVE_INFINITY ? {} : { until }),
  };
}

function tryParseId(text: string): ExchangeId | undefined {
  try {
    return parseExchangeId(text);
  } catch (error) {
    if (error instanceof BytecopyError) return undefined;
    throw error;
  }
}
