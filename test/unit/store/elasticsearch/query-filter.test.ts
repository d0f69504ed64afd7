import { expect, test } from 'vitest';
import { parseQuery, type Query } from '../../../../core/index.ts';
import { toFilter } from '../../../../store/elasticsearch/query-filter.ts';
import { between, equalTo, existing, likeThis } from '../../../support/store/index-entries.ts';

const clauseOf = (query: string | Query): unknown =>
  toFilter(typeof query === 'string' ? parseQuery(query) : query)?.clause;
const isExact = (query: Query): boolean | undefined => toFilter(query)?.exact;

test('conditions become terms, ranges and existence', () => {
  expect(clauseOf('service:orders')).toEqual({ term: { service: 'orders' } });
  expect(clauseOf('status:503')).toEqual({ term: { status: 503 } });
  expect(clauseOf(equalTo('status', '0503'))).toEqual({ match_none: {} });
  expect(clauseOf(equalTo('session', ''))).toEqual({ bool: { must_not: { exists: { field: 'session' } } } });
  expect(clauseOf(existing('trace'))).toEqual({ exists: { field: 'trace' } });
  expect(clauseOf(equalTo('label', 'shop', 'a=b'))).toEqual({ term: { labels: 'a\\=b=shop' } });
  expect(clauseOf(existing('label', 'team'))).toEqual({ term: { label_names: 'team' } });
  expect(clauseOf(between('latency', 200_000, undefined))).toEqual({
    bool: { filter: [{ exists: { field: 'latency' } }, { range: { latency: { gte: 200_000 } } }] },
  });
});

test('and keeps what can be answered, or needs all of it, not needs it exactly', () => {
  expect(clauseOf('status:500 AND path:/x')).toEqual({ term: { status: 500 } });
  expect(isExact(parseQuery('status:500 AND path:/x'))).toBe(false);
  expect(clauseOf('status:500 OR path:/x')).toBeUndefined();
  expect(clauseOf('NOT status:500')).toEqual({ bool: { must_not: { term: { status: 500 } } } });
  expect(clauseOf('NOT service:a*')).toBeUndefined();
  expect(clauseOf('NOT (status:500 AND path:/x)')).toBeUndefined();
});

test('an operation is asked by its template, and exactly only where nothing else has that template', () => {
  expect(clauseOf(equalTo('operation', 'GET /users/17'))).toEqual({ term: { operation: 'GET /users/{*}' } });
  expect(isExact(equalTo('operation', 'GET /users/17'))).toBe(false);
  expect(isExact(equalTo('operation', 'GET /users/{*}'))).toBe(false);
  expect(isExact(equalTo('operation', 'GET /users'))).toBe(true);
});

test('a pattern also takes in what was cut or is a template', () => {
  expect(clauseOf(likeThis('service', 'a\\b*c?'))).toEqual({
    bool: {
      should: [{ wildcard: { service: { value: 'a\\\\b*c*' } } }, { term: { cut: 'service' } }],
      minimum_should_match: 1,
    },
  });
  expect(clauseOf(likeThis('operation', 'GET /users/17/x*'))).toMatchObject({
    bool: {
      should: [
        {},
        { bool: { filter: [{ prefix: { operation: 'GET /users/{*}/' } }, { wildcard: {} }] } },
        { term: { cut: 'operation' } },
      ],
    },
  });
  expect(clauseOf(likeThis('service', '*'))).toEqual({ match_all: {} });
  expect(clauseOf(likeThis('service', `${'x'.repeat(200)}*`))).toBeUndefined();
});

test('bounds beyond what JSON tells apart are drawn in', () => {
  expect(clauseOf(between('time', -Infinity, 1e300))).toEqual({
    bool: {
      filter: [
        { exists: { field: 'at' } },
        { range: { at: { gte: -Number.MAX_SAFE_INTEGER, lte: Number.MAX_SAFE_INTEGER } } },
      ],
    },
  });
});

test('a query too large or too deep for the cluster is left to who reads', () => {
  const many: Query = { kind: 'or', terms: Array.from({ length: 501 }, (_, n) => equalTo('status', String(n))) };
  expect(clauseOf(many)).toBeUndefined();
  let deep: Query = equalTo('status', '1');
  for (let level = 0; level < 100_000; level++) deep = { kind: 'not', term: deep };
  expect(clauseOf(deep)).toBeUndefined();
});
