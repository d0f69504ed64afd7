import { expect, test } from 'vitest';
import { selectionOf } from '../../../../cli/options/selection.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z') * 1000;

test('a selection is a query, a time span and an order', () => {
  expect(selectionOf('', { since: '15m', until: 'now', newest: true }, NOW)).toMatchObject({
    since: NOW - 900_000_000,
    until: NOW,
    order: 'newest-first',
  });
  expect(Object.keys(selectionOf('', {}, NOW))).toEqual(['where', 'order']);
});

test('a span that ends before it begins is refused instead of finding nothing', () => {
  const usage = expect.objectContaining({ code: 'USAGE', exitCode: 2 });
  expect(() => selectionOf('', { since: '2026-11-22', until: '2026-11-21' }, NOW)).toThrow(usage);
  expect(() => selectionOf('', { since: '5m', until: '15m' }, NOW)).toThrow(usage);
});
