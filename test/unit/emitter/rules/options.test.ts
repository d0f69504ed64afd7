import { expect, test } from 'vitest';
import { checkRules } from '../../../../emitter/rules/index.ts';

test('one is as good as a list of one, and what is not said has its default', () => {
  expect(checkRules([{ match: { method: 'GET' }, do: 'leave-out' }])).toEqual([
    { match: { method: ['GET'] }, do: [{ 'leave-out': true }], onProblem: 'send' },
  ]);
});

test.each<[string, unknown, string]>([
  ['an unknown condition', { match: { pth: '/x' }, do: 'keep' }, 'rules.0.match: Unrecognized key: "pth"'],
  ['an unknown action', { do: 'leave-ot' }, 'Unrecognized key: "leave-ot"'],
  ['no action', { do: [] }, 'rules.0.do: names nothing'],
  ['an action of nothing', { do: {} }, 'rules.0.do.0: does nothing'],
  [
    'an expression that looks around',
    { match: { path: 're:a(?=b)' }, do: 'keep' },
    'rules.0.match.path.0: not an expr',
  ],
  ['a wrong expression to replace', { do: { 'replace-path': { pattern: 're:(', with: 'x' } } }, 'not an expression'],
  ['a group that there is not', { do: { 'replace-path': { pattern: 're:a', with: '$1' } } }, '$1 is no group'],
  ['a status', { match: { status: '9' }, do: 'keep' }, 'a status looks like 200, 4xx or >=500'],
  ['a path of JSON', { match: { json: { 'a..b': 'x' } }, do: 'keep' }, 'rules.0.match.json.a..b: a path looks like'],
  ['a path of fields', { do: { 'set-field': { path: 'a', value: 1 } } }, 'a path of field ids looks like 1.255.1'],
  ['a share', { match: { share: 101 }, do: 'keep' }, 'rules.0.match.share'],
  ['not nothing', { match: { not: {} }, do: 'keep' }, 'rules.0.match.not: names nothing'],
  ['the framing', { do: { 'set-header': { 'Content-Length': '1' } } }, 'says where the body ends'],
  ['the marker', { do: { 'remove-header': 'X-Bytecopy-Replay' } }, 'marks replayed traffic: it stays'],
  ['a line break', { do: { 'set-header': { a: 'b\r\nc: d' } } }, 'a header value holds no line break'],
  [
    'an integer that loses digits',
    { do: { 'set-json': { path: 'a', value: 2 ** 60 } } },
    'rules.0.do.0.set-json.0.value',
  ],
  ['a host', { do: { 'set-host': 'a b' } }, 'not a host'],
  ['a path', { do: { 'set-path': 'x' } }, 'a path begins with /'],
])('%s is refused', (_, rule, message) => {
  expect(() => checkRules([rule])).toThrow(message);
});

test('two rules of one name are refused', () => {
  const rule = { name: 'admin', do: 'keep' };
  expect(() => checkRules([rule, { do: 'keep' }, rule])).toThrow('rules.2.name: rule 1 has that name too');
});

test('checked rules can be checked again', () => {
  const checked = checkRules([
    {
      match: { status: 200, header: { a: 1 }, not: { json: { a: true } } },
      do: ['keep', { 'set-query': { page: 2 } }],
    },
    { do: { 'set-json': { path: 'a', value: { b: [1, null] } }, 'remove-header': 'x' }, onProblem: 'leave-out' },
  ]);
  expect(checkRules(checked)).toEqual(checked);
});
