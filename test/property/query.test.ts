import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundsOf, compileQuery, matchesQuery, matchesWildcard, parseQuery } from '../../core/index.ts';
import { queryViews } from '../../parser/index.ts';
import { exchange, NOON_MICROS } from '../support/exchanges/index.ts';

test('any text is a query or is refused with a BytecopyError', () => {
  const piece = fc.constantFrom(
    'service:',
    'latency:>',
    'time:[',
    '15m TO ',
    'now]',
    'label.a:',
    'header.b:',
    'response.body:',
    'id:',
    'a',
    '(',
    ')',
    ' ',
    'AND',
    'OR ',
    'NOT ',
    '-',
    '"',
    '\\',
    '*',
    '[1 TO 2]',
    '>',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (query) => {
      try {
        const parsed = parseQuery(query, 0);
        boundsOf(parsed);
        compileQuery(parsed, queryViews())(exchange());
      } catch (error) {
        expect(error).toMatchObject({ code: 'QUERY_INVALID', exitCode: 2 });
      }
    }),
    { numRuns: 2000 },
  );
});

test('a value in quotes finds exactly that value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, other) => {
      const query = parseQuery(`path:"${value.replace(/["\\]/g, '\\$&')}"`);
      expect(matchesQuery(query, exchange({ path: value }))).toBe(true);
      expect(matchesQuery(query, exchange({ path: other }))).toBe(value === other);
    }),
  );
});

test('wildcards match as the regular expression of the same meaning does', () => {
  const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 });
  fc.assert(
    fc.property(letters('ab*?'), letters('ab'), (pattern, text) => {
      const meaning = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(matchesWildcard(pattern, text)).toBe(meaning.test(text));
    }),
    { numRuns: 2000 },
  );
});

test('what a query is bound to, everything that matches has', () => {
  const atom = fc.constantFrom(
    'service:catalogue',
    'service:orders',
    'time:>2026-11-21T09:59Z',
    'time:<=2026-11-21T10:00Z',
    'time:2026-11-21',
    'status:200',
    'NOT service:orders',
  );
  const joined = fc
    .array(fc.tuple(atom, fc.constantFrom(' ', ' OR ', ' AND ')), { minLength: 1, maxLength: 5 })
    .map((parts) => `${parts.map(([term, join]) => `${term}${join}`).join('')}verb:GET`);
  const subject = fc.record({
    service: fc.constantFrom('catalogue', 'orders'),
    at: fc.integer({ min: NOON_MICROS - 60_000_000, max: NOON_MICROS + 2 }),
  });
  fc.assert(
    fc.property(joined, subject, (text, { service, at }) => {
      const query = parseQuery(text);
      const one = exchange({ service, id: { ...exchange().id, at } });
      if (!matchesQuery(query, one)) return;
      const { service: bound = service, since = at, until = at + 1 } = boundsOf(query);
      expect({ bound, since: since <= at, until: until > at }).toEqual({ bound: service, since: true, until: true });
    }),
    { numRuns: 1000 },
  );
});

test('a pattern within a text is found as the regular expression of the same meaning does', () => {
  const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(letters('ab*?'), letters('ab'), (pattern, text) => {
      fc.pre(/[*?]/.test(pattern) && !/^\*+$/.test(pattern));
      const meaning = new RegExp(pattern.replaceAll('*', '.*').replaceAll('?', '.'));
      const views = { headerValues: () => [], bodyText: () => text };
      expect(matchesQuery(parseQuery(`request.body:${pattern}`), exchange(), views)).toBe(meaning.test(text));
    }),
    { numRuns: 2000 },
  );
});
