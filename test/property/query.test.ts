import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BytecopyError, compileQuery, matchesQuery, matchesWildcard, parseQuery } from '../../core/index.ts';
import { exchange } from '../support/exchanges/index.ts';

test('any text is a query or is refused with a BytecopyError', () => {
  const piece = fc.constantFrom(
    'service:',
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
        compileQuery(parseQuery(query))(exchange());
      } catch (error) {
        expect(error).toBeInstanceOf(BytecopyError);
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
