import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { compileRequestKey } from '../../../../emitter/request-key/index.ts';
import { exchange } from '../../../support/emitter/recording.ts';

/** A request of these octets as its body. */
function post(body: Uint8Array | string, fields = ''): Exchange {
  const octets = Buffer.from(body).toString('latin1');
  return exchange(`POST /orders HTTP/1.1\r\nContent-Type: application/json\r\n${fields}\r\n${octets}`);
}

function key(path: string, one: Exchange): string {
  return compileRequestKey(`json:${path}`)(one);
}

const BODY =
  '{"user":{"id":17,"name":"J\\u00fcrgen","tags":["a",{"b":true}]},"none":null,"big":9007199254740993,"x":1.50}';

test.each([
  ['user.id', '17'],
  ['user.name', 'Jürgen'],
  ['user.tags[0]', 'a'],
  ['user.tags[1].b', 'true'],
  ['x', '1.50'],
  ['user', ''],
  ['user.tags', ''],
  ['none', ''],
  ['user.tags[2]', ''],
  ['id', ''],
])('json:%s is %j', (path, expected) => expect(key(path, post(BODY))).toBe(expected));

test('an id beyond 2^53 keeps its digits', () => {
  expect(key('big', post(BODY))).toBe('9007199254740993');
});

test('of members of one name the last counts', () => {
  expect(key('id', post('{"id":1,"id":2}'))).toBe('2');
});

test.each([
  ['gzip', gzipSync(BODY)],
  ['br', brotliCompressSync(BODY)],
])('a body in %s is decoded', (coding, body) => {
  expect(key('user.id', post(body, `Content-Encoding: ${coding}\r\n`))).toBe('17');
});

test('a chunked body is joined', () => {
  const chunks = `4\r\n{"us\r\n${(BODY.length - 4).toString(16)}\r\n${BODY.slice(4)}\r\n0\r\n\r\n`;
  expect(key('user.id', post(chunks, 'Transfer-Encoding: chunked\r\n'))).toBe('17');
});

test.each([
  ['text', 'id=17'],
  ['an early end', BODY.slice(0, -1)],
  ['nothing', ''],
  ['nests of nests', '['.repeat(100_000)],
])('%s has no key', (_, body) => expect(key('user.id', post(body))).toBe(''));

test('a body beyond 1 MiB has no key, nor has one that becomes so when decoded', () => {
  const large = `{"id":1,"fill":"${'x'.repeat(1024 * 1024)}"}`;
  expect(key('id', post(large))).toBe('');
  expect(key('id', post(gzipSync(large), 'Content-Encoding: gzip\r\n'))).toBe('');
});

test('a cut body has no key', () => {
  const one = post(BODY);
  expect(key('user.id', { ...one, request: { ...one.request, truncated: true } as Exchange['request'] })).toBe('');
});
