import { expect, test } from 'vitest';
import { compileQuery, formatExchangeId, matchesQuery, parseQuery, QUERY_FIELDS } from '../../../../core/index.ts';
import { exchange, flow } from '../../../support/exchanges/index.ts';

const PAIRED = exchange();
const LONE = exchange({ outcome: 'request-only', reason: 'no-response', status: 0, response: undefined });

test.each([
  ['', true, true],
  ['service:catalogue', true, true],
  ['service:Catalogue', false, false],
  ['verb:get', true, true],
  ['status:200', true, false],
  ['status:2??', true, false],
  ['status:>=200', true, false],
  ['status:>200', false, false],
  ['status:[100 TO 200}', false, false],
  ['status:<500', true, false],
  ['status:*', true, false],
  ['NOT status:200', false, true],
  ['outcome:request-only', false, true],
  ['reason:no-*', false, true],
  ['path:/items/*', true, true],
  ['path:*/17', true, true],
  ['path:/items', false, false],
  ['operation:"GET /items/17"', true, true],
  ['trace:4bf92f3577b34da6a3ce929d0e0e4736', true, true],
  ['trace:4bf9*', true, true],
  ['client:127.0.0.1:40312', true, true],
  ['client:127.0.0.1', true, true],
  ['client:*:40312', true, true],
  ['server:127.0.0.1:40312', false, false],
  ['source:front protocol:HTTP1', true, true],
  ['session:9f86d081884c7d65', true, true],
  [`id:${formatExchangeId(PAIRED.id)}`, true, true],
  ['service:front OR status:200', true, false],
  ['service:catalogue -status:200', false, true],
])('%s', (text, paired, lone) => {
  const matches = compileQuery(parseQuery(text));
  expect([matches(PAIRED), matches(LONE)]).toEqual([paired, lone]);
});

test('a verb in small letters on the wire is the same verb', () => {
  expect(matchesQuery(parseQuery('verb:GET'), exchange({ verb: 'get' }))).toBe(true);
});

test('IPv6 clients are asked with brackets in quotes, or without port', () => {
  const six = exchange({ flow: flow({ client: { address: '::1', port: 9 } }) });
  expect(matchesQuery(parseQuery('client:"[::1]:9"'), six)).toBe(true);
  expect(matchesQuery(parseQuery('client:::1'), six)).toBe(true);
});

test('a request that has no answer yet meets no test of its answer', () => {
  const { status: _status, outcome: _outcome, reason: _reason, ...request } = PAIRED;
  expect(matchesQuery(parseQuery('service:catalogue'), request)).toBe(true);
  expect(matchesQuery(parseQuery('status:* OR outcome:* OR reason:*'), request)).toBe(false);
});

test('every field reads something of a full exchange', () => {
  const full = exchange({ reason: 'gap' });
  for (const [name, field] of Object.entries(QUERY_FIELDS)) expect([name, field.read(full)]).not.toEqual([name, '']);
});
