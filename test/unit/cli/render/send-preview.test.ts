import { expect, test } from 'vitest';
import { changedLines } from '../../../../cli/render/changed-lines.ts';
import { renderPreview, type SendPreview } from '../../../../cli/render/index.ts';

const HEAD = 'GET /items/7 HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer abcdef\r\n\r\n';
const PREVIEW: SendPreview = {
  exchange: 'exchange-1',
  operation: 'GET /items/7',
  target: '10.0.0.7:80',
  pool: 'a',
  unit: 'one',
  why: 'user 7 belongs to one',
  rules: ['dev host'],
  before: HEAD,
  after: HEAD.replace('shop', 'dev'),
};
const lines = (preview: Partial<SendPreview>, color = false) =>
  renderPreview([{ ...PREVIEW, ...preview }], { color }).split('\n');

test('where it goes, why, by which rules, and the lines that change', () => {
  expect(lines({})).toEqual([
    'GET /items/7  exchange-1',
    '  to 10.0.0.7:80 of pool a, unit one: user 7 belongs to one',
    '  by the rule: dev host',
    '  - Host: shop.example',
    '  + Host: dev.example',
  ]);
});

test('what is not sent says why, and nothing of its head', () => {
  expect(lines({ target: undefined, pool: undefined, why: 'left out by the rule no admin', rules: [] })).toEqual([
    'GET /items/7  exchange-1',
    '  not sent: left out by the rule no admin',
  ]);
});

test('a credential that is replaced by one of equal length is a change, and neither is shown', () => {
  const shown = lines({ after: HEAD.replace('abcdef', 'ghijkl') });
  expect(shown.slice(-2)).toEqual([
    '  - Authorization: Bearer ‹hidden, 6 characters›',
    '  + Authorization: Bearer ‹hidden, 6 characters›',
  ]);
});

test('what came from the wire steers no terminal', () => {
  expect(lines({ after: HEAD.replace('shop', '\u001b[31m') }).join('\n')).not.toContain('\u001b');
  expect(lines({}, true).join('\n')).toContain('\u001b[32m');
});

test('lines added, removed, moved', () => {
  const marked = (before: string, after: string) =>
    changedLines([...before], [...after])?.map(({ sign, at }) => sign + (sign === '-' ? before : after)[at]);
  expect(marked('abc', 'abc')).toEqual([]);
  expect(marked('abc', 'axc')).toEqual(['-b', '+x']);
  expect(marked('abc', 'bca')).toEqual(['-a', '+a']);
  expect(marked('', 'ab')).toEqual(['+a', '+b']);
  expect(marked('ab', '')).toEqual(['-a', '-b']);
});

test('very many lines are not compared', () => {
  expect(changedLines(Array(1_001).fill('a'), ['a'])).toBeUndefined();
});
