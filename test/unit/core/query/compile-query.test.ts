import { expect, test } from 'vitest';
import {
  compileQuery,
  formatExchangeId,
  matchesQuery,
  parseQuery,
  QUERY_FIELDS,
  type QueryViews,
} from '../../../../core/index.ts';
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

const ORIGIN = {
  tenant: 'acme',
  environment: 'prod',
  region: 'eu',
  instance: 'host-1',
  labels: { team: 'shop' },
};

test('every field reads something of a full exchange', () => {
  const full = exchange({ reason: 'gap', origin: ORIGIN });
  for (const [name, field] of Object.entries(QUERY_FIELDS)) {
    expect([name, field.read(full, 'team')]).not.toEqual([name, '']);
    if (field.values !== 'text') expect([name, field.readNumber?.(full)]).toEqual([name, Number(field.read(full))]);
  }
});

test.each([
  ['latency:>1ms', true],
  ['latency:1250us', true],
  ['latency:<1.25ms', false],
  ['latency:[1ms TO 2ms] AND NOT latency:>1.3ms', true],
  ['time:2026-11-21T10:00', true],
  ['time:<2026-11-21T10:00', false],
  ['time:[2026-11-21T10:00Z TO 2026-11-21T11:00Z]', true],
  ['label.team:shop environment:prod region:e* instance:* tenant:acme', true],
  ['label.team:Shop', false],
  ['label.constructor:*', false],
  ['label.none:*', false],
])('%s of what is known about the capture', (text, matches) => {
  expect(matchesQuery(parseQuery(text), exchange({ origin: ORIGIN }))).toBe(matches);
});

test('a lone request has no latency', () => {
  expect(matchesQuery(parseQuery('latency:*'), LONE)).toBe(false);
  expect(matchesQuery(parseQuery('latency:>=0'), LONE)).toBe(false);
});

const VIEWS: QueryViews = {
  headerValues: (_, side, name) => (name === 'x-side' ? [side, 'both'] : []),
  bodyText: (_, side) => `the ${side} says: out of stock`,
};

test.each([
  ['header.x-side:response', true, false],
  ['header.X-Side:request', true, true],
  ['request.header.x-side:resp*', false, false],
  ['response.header.x-side:*', true, false],
  ['header.x-none:*', false, false],
  ['body:"out of stock"', true, true],
  ['body:request', true, true],
  ['request.body:response', false, false],
  ['response.body:says*stock', true, false],
  ['body:s?ys*out*of*st?ck', true, true],
  ['body:stock*out', false, false],
  ['body:="out of stock"', false, false],
  ['NOT body:*', false, false],
])('%s by the views of both sides, and of a request alone', (text, paired, lone) => {
  const matches = compileQuery(parseQuery(text), VIEWS);
  expect([matches(PAIRED), matches(LONE)]).toEqual([paired, lone]);
});

test('without views a query of headers or bodies is refused, wherever it names them', () => {
  for (const text of ['body:x', 'service:a OR NOT header.x:y', 'verb:GET (path:/a OR response.body:*)']) {
    expect(() => compileQuery(parseQuery(text))).toThrow(
      expect.objectContaining({ code: 'QUERY_INVALID', exitCode: 2 }),
    );
  }
});

test('bytes are looked at last', () => {
  let looks = 0;
  const counting: QueryViews = { ...VIEWS, bodyText: () => String(looks++) };
  expect(matchesQuery(parseQuery('body:x AND service:nobody'), PAIRED, counting)).toBe(false);
  expect(looks).toBe(0);
});
