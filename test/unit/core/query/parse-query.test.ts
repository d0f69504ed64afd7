import { expect, test } from 'vitest';
import { BytecopyError, parseQuery, type Query } from '../../../../core/index.ts';

const is = (field: string, value: string) => ({ kind: 'field', field, test: { kind: 'equals', value } });
const like = (field: string, pattern: string) => ({ kind: 'field', field, test: { kind: 'wildcard', pattern } });
const status = (min?: [number, boolean], max?: [number, boolean]) => ({
  kind: 'field',
  field: 'status',
  test: {
    kind: 'range',
    ...(min && { min: { value: min[0], inclusive: min[1] } }),
    ...(max && { max: { value: max[0], inclusive: max[1] } }),
  },
});
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
])('%s', (text, query) => {
  if (typeof query === 'string') expect(() => parseQuery(text)).toThrow(BytecopyError);
  else expect(parseQuery(text)).toEqual(query);
});

function refusal(text: string): { message: string; hint: string | undefined } {
  try {
    parseQuery(text);
  } catch (error) {
    expect(error).toMatchObject({ code: 'QUERY_INVALID', exitCode: 2 });
    return error as BytecopyError;
  }
  throw new Error(`"${text}" was taken`);
}

test.each<[string, string, number]>([
  ['status:500 AND servce:x', 'there is no field "servce"', 15],
  ['catalogue', '"catalogue" stands without a field', 0],
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
  ['status:[600 TO 500]', 'a range that begins above its end', 14],
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
