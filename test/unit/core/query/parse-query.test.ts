import { expect, test } from 'vitest';
import { BytecopyError, parseQuery, type Query } from '../../../../core/index.ts';

const NOON = Date.parse('2026-11-21T10:00:00Z') * 1000;
const is = (field: string, value: string) => ({ kind: 'field', field, test: { kind: 'equals', value } });
const like = (field: string, pattern: string) => ({ kind: 'field', field, test: { kind: 'wildcard', pattern } });
const range = (field: string, min?: [number, boolean], max?: [number, boolean]) => ({
  kind: 'field',
  field,
  test: {
    kind: 'range',
    ...(min && { min: { value: min[0], inclusive: min[1] } }),
    ...(max && { max: { value: max[0], inclusive: max[1] } }),
  },
});
const status = (min?: [number, boolean], max?: [number, boolean]) => range('status', min, max);
const header = (name: string, test: object) => ({ kind: 'content', part: 'header', name, test });
const body = (test: object) => ({ kind: 'content', part: 'body', test });
const and = (...terms: object[]) => ({ kind: 'and', terms });
const or = (...terms: object[]) => ({ kind: 'or', terms });
const not = (term: object) => ({ kind: 'not', term });
const exists = (field: string) => ({ kind: 'field', field, test: { kind: 'exists' } });

test.each<[string, object | string]>([
  ['', { kind: 'everything' }],
  ['  ', { kind: 'everything' }],
  ['*', { kind: 'everything' }],
  ['*:*', { kind: 'everything' }],
  ['service:catalogue', is('service', 'catalogue')],
  ['service: catalogue', is('service', 'catalogue')],
  ['SERVICE.NAME:catalogue', is('service', 'catalogue')],
  ['traceId:4bf9', is('trace', '4bf9')],
  ['trace.id:4bf9', is('trace', '4bf9')],
  ['http.response.status_code:404', is('status', '404')],
  ['method:get', is('verb', 'GET')],
  ['outcome:Paired', is('outcome', 'paired')],
  ['service:Catalogue', is('service', 'Catalogue')],
  ['path:/items/17', is('path', '/items/17')],
  ['path:/items/*', like('path', '/items/*')],
  ['path:"/items/*"', is('path', '/items/*')],
  ["path:'it\\'s'", is('path', "it's")],
  ['path:/items/\\*', is('path', '/items/*')],
  ['path:a\\ b', is('path', 'a b')],
  ['service:""', is('service', '')],
  ['service:=*', is('service', '*')],
  ['operation:"GET /items"', is('operation', 'GET /items')],
  ['client:127.0.0.1:8080', is('client', '127.0.0.1:8080')],
  ['client:[::1]:8080 ', 'not a range'],
  ['client:"[::1]:8080"', is('client', '[::1]:8080')],
  ['path:/café/灯?', like('path', '/café/灯?')],
  ['reason:*', exists('reason')],
  ['status:>=500', status([500, true])],
  ['status:>500', status([500, false])],
  ['status:<= 500', status(undefined, [500, true])],
  ['status:[500 TO 599]', status([500, true], [599, true])],
  ['status:{500 TO 599]', status([500, false], [599, true])],
  ['status:[500   TO   600}', status([500, true], [600, false])],
  ['status:[500 TO *]', status([500, true])],
  ['status:[* TO *]', exists('status')],
  ['status:50?', like('status', '50?')],
  ['service:a AND verb:GET', and(is('service', 'a'), is('verb', 'GET'))],
  ['service:a verb:GET', and(is('service', 'a'), is('verb', 'GET'))],
  ['service:a OR service:b AND verb:GET', or(is('service', 'a'), and(is('service', 'b'), is('verb', 'GET')))],
  ['(service:a OR service:b) AND verb:GET', and(or(is('service', 'a'), is('service', 'b')), is('verb', 'GET'))],
  ['NOT service:a verb:GET', and(not(is('service', 'a')), is('verb', 'GET'))],
  ['-service:a', not(is('service', 'a'))],
  ['NOT NOT service:a', not(not(is('service', 'a')))],
  ['NOT(service:a)', not(is('service', 'a'))],
  ['status:(404 OR 50?)', or(is('status', '404'), like('status', '50?'))],
  ['service:ANDROID', is('service', 'ANDROID')],
  ['service:a ORDER:x', 'unknown field'],
  ['latency:>200ms', range('latency', [200_000, false])],
  ['latency:[100ms TO 2s]', range('latency', [100_000, true], [2_000_000, true])],
  ['latency:<=1.5s', range('latency', undefined, [1_500_000, true])],
  ['event.duration:>250µs', range('latency', [250, false])],
  ['latency:>0', range('latency', [0, false])],
  ['latency:3ms', is('latency', '3000')],
  ['latency:*', exists('latency')],
  ['time:>15m', range('time', [NOON - 900e6, false])],
  ['time:[now-1h TO now]', range('time', [NOON - 3600e6, true], [NOON, true])],
  ['time:>2026-11-21T09:00Z', range('time', [NOON - 3600e6, false])],
  ['@timestamp:["2026-11-21 09:00" TO *]', range('time', [NOON - 3600e6, true])],
  ['time:2026-11-21T10:00Z', range('time', [NOON, true], [NOON + 60e6, false])],
  ['time:2026-11-21T10:00:00.5', range('time', [NOON + 500_000, true], [NOON + 600_000, false])],
  ['time:2026-11-21', range('time', [NOON - 36_000e6, true], [NOON + 50_400e6, false])],
  ['label.env:dev', { ...is('label', 'dev'), name: 'env' }],
  ['LABELS.Env.zone:d*', { ...like('label', 'd*'), name: 'Env.zone' }],
  ['label.env:*', { ...exists('label'), name: 'env' }],
  ['label.env:(dev OR test)', or({ ...is('label', 'dev'), name: 'env' }, { ...is('label', 'test'), name: 'env' })],
  ['header.User-Agent:*curl*', header('user-agent', { kind: 'wildcard', pattern: '*curl*' })],
  ['request.header.accept:"a b"', { ...header('accept', { kind: 'equals', value: 'a b' }), side: 'request' }],
  ['http.response.headers.age:*', { ...header('age', { kind: 'exists' }), side: 'response' }],
  ['user_agent.original:curl', { ...header('user-agent', { kind: 'equals', value: 'curl' }), side: 'request' }],
  ['body:"out of stock"', body({ kind: 'contains', value: 'out of stock' })],
  ['body:out*stock', body({ kind: 'wildcard', pattern: 'out*stock' })],
  ['body:*', body({ kind: 'exists' })],
  ['response.body:=ok', { ...body({ kind: 'equals', value: 'ok' }), side: 'response' }],
  ['http.request.body.content:17', { ...body({ kind: 'contains', value: '17' }), side: 'request' }],
  ['source.ip:127.0.0.1 destination.ip:10.*', and(is('client', '127.0.0.1'), like('server', '10.*'))],
])('%s', (text, query) => {
  if (typeof query === 'string') expect(() => parseQuery(text)).toThrow(BytecopyError);
  else expect(parseQuery(text, NOON)).toEqual(query);
});

function refusal(text: string): { message: string; hint: string | undefined } {
  try {
    parseQuery(text, NOON);
  } catch (error) {
    expect(error).toMatchObject({ code: 'QUERY_INVALID', exitCode: 2 });
    return error as BytecopyError;
  }
  throw new Error(`"${text}" was taken`);
}

test.each<[string, string, number]>([
  ['status:500 AND servce:x', 'there is no field "servce"', 15],
  ['catalogue', '"catalogue" stands without a field', 0],
  ['"GET /items"', 'text in quotes stands without a field', 0],
  ['outcome:pared', 'outcome is never "pared"', 8],
  ['protocol:http', 'protocol is never "http"', 9],
  ['status:>=', 'a number is missing here', 9],
  ['service:a and verb:GET', '"and" is no term', 10],
  ['service:a AND', 'a term is missing here', 13],
  ['OR service:a', 'OR without a term before it', 0],
  ['service:a OR OR service:b', 'OR without a term before it', 13],
  ['(service:a', 'a parenthesis that is not closed', 0],
  ['service:a)', 'a parenthesis that was never opened', 9],
  ['service:', 'a value is missing after service:', 8],
  ['service:"a', 'a quote that is not closed', 8],
  ['status:4xx', '"4xx" is not a number', 7],
  ['status:="ok"', '"ok" is not a number', 7],
  ['status:[500 599]', 'a range needs TO', 12],
  ['status:[500 TO 599', 'a range that is not closed', 18],
  ['status:[600 TO 500]', 'a range that begins above its end', 15],
  ['latency:>200', '200 of what unit?', 9],
  ['latency:[1s TO many]', '"many" is not a length of time', 15],
  ['latency:2*', 'latency has no wildcards', 8],
  ['time:>yesterday', '"yesterday" is not a time', 6],
  ['time:15m', '"15m" is not a time', 5],
  ['time:2026-02-30', '"2026-02-30" is not a time', 5],
  ['label:dev', 'label needs a name', 0],
  ['request.header:x', 'request.header needs a name', 0],
  ['header.:x', 'there is no field "header."', 0],
  ['header.age:>5', 'header.age is text and has no ranges', 11],
  ['body:""', 'body: looks for nothing', 5],
  ['request.body:[1 TO 2]', 'request.body is text and has no ranges', 13],
  ['status:>=many', '"many" is not a number', 9],
  ['service:>5', 'service is text and has no ranges', 8],
  ['path:\\**', 'a wildcard and an escaped one in one value', 5],
])('%s is refused at its place', (text, finding, position) => {
  expect(refusal(text).message).toBe(`${finding}\n  ${text}\n  ${' '.repeat(position)}^`);
});

test('an unknown field names the nearest ones, a bare word how to ask', () => {
  expect(refusal('servce:x').hint).toMatch(/^nearest: service, /);
  expect(refusal('/items').hint).toBe('path:/items');
  expect(refusal('lamp').hint).toBe('name the field: service:lamp or path:*lamp*');
});

test('a query without end is refused, not followed', () => {
  expect(refusal('('.repeat(5000)).message).toContain('more than 64 levels');
  expect(refusal('NOT '.repeat(2000)).message).toContain('more than 64 levels');
  expect(refusal(`path:${'x'.repeat(9000)}`).message).toBe('a query of 9005 characters; at most 8192');
  const long: Query = parseQuery('service:a '.repeat(800));
  expect(long).toMatchObject({ kind: 'and' });
});

test('times that count from now need one', () => {
  expect(() => parseQuery('time:>15m')).toThrow('counts from now, and here is no now');
  expect(parseQuery('time:<2026-11-21')).toEqual(range('time', undefined, [NOON - 36_000e6, false]));
});

test('names of prototypes are no fields', () => {
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(() => parseQuery(`${name}:x`)).toThrow(BytecopyError);
});

test('a text too long to look for in bodies is refused', () => {
  expect(refusal(`body:${'x'.repeat(257)}`).message).toContain('257 characters to look for; at most 256');
});
