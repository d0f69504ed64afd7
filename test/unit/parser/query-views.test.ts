import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Exchange, matchesQuery, parseQuery } from '../../../core/index.ts';
import { queryViews } from '../../../parser/index.ts';
import { exchange, message } from '../../support/exchanges/index.ts';

const matches = (text: string, one: Exchange) => matchesQuery(parseQuery(text), one, queryViews());

const answer = (head: string, body: string | Uint8Array) =>
  exchange({ response: message(`HTTP/1.1 200 OK\r\n${head}\r\n`, body) });

test('headers are known in any case, each value by itself', () => {
  const one = answer('Set-Cookie: a=1\r\nset-cookie: b=2\r\nX-Empty:\r\n', '');
  expect(matches('header.host:shop.example', one)).toBe(true);
  expect(matches('response.header.host:*', one)).toBe(false);
  expect(matches('header.SET-COOKIE:b=2', one)).toBe(true);
  expect(matches('header.set-cookie:"a=1, b=2"', one)).toBe(false);
  expect(matches('header.x-empty:* header.x-empty:""', one)).toBe(true);
});

test('bodies are searched without their codings', () => {
  const body = gzipSync('{"state":"out of stock"}');
  const chunked = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
  const one = answer('Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n', chunked);
  expect(matches('body:"out of stock"', one)).toBe(true);
  expect(matches('request.body:"out of stock"', one)).toBe(false);
  expect(matches('request.body:*', one)).toBe(false);
  expect(matches('body:st?te*stock', one)).toBe(true);
});

test('bodies are searched in the charset that they declare; text within other bytes is found', () => {
  expect(
    matches('body:café', answer('Content-Type: text/plain; charset=latin1\r\n', Buffer.from('café', 'latin1'))),
  ).toBe(true);
  expect(matches('body:café', answer('Content-Type: text/plain\r\n', 'café'))).toBe(true);
  const binary = Buffer.concat([Buffer.of(0, 0xff, 0xc2), Buffer.from('lamp'), Buffer.of(0x80)]);
  expect(matches('body:lamp', answer('', binary))).toBe(true);
});

test('a broken coding is searched up to the break, a bomb up to the limit', () => {
  const broken = gzipSync(`lamp ${'x'.repeat(100_000)}`).subarray(0, 60);
  expect(matches('body:lamp', answer('Content-Encoding: gzip\r\n', broken))).toBe(true);
  const bomb = gzipSync(Buffer.concat([Buffer.alloc(20 * 1024 * 1024, 'a'), Buffer.from('lamp')]));
  expect(matches('body:aaaa', answer('Content-Encoding: gzip\r\n', bomb))).toBe(true);
  expect(matches('body:lamp', answer('Content-Encoding: gzip\r\n', bomb))).toBe(false);
});

test('a Thrift message: its header keys, and the texts of its payload', () => {
  const call = Buffer.from('80010001000000046765744900000001' + '0b0001' + '000000046c616d70' + '00', 'hex');
  const framed = Buffer.concat([Buffer.of(0, 0, 0, call.length), call]);
  const one = exchange({ protocol: 'thrift', request: message('', framed), response: undefined });
  expect(matches('body:lamp', one)).toBe(true);
  expect(matches('header.any:*', one)).toBe(false);
});

test('a session is searched as it went over the wire', () => {
  const one = exchange({ protocol: 'tcp', request: message('', 'PING\r\n'), response: message('', '+PONG\r\n') });
  expect(matches('request.body:PING response.body:+PONG', one)).toBe(true);
});

test('views remember a message, not an exchange', () => {
  const views = queryViews();
  const body = parseQuery('response.body:lamp');
  expect(matchesQuery(body, answer('', 'lamp'), views)).toBe(true);
  expect(matchesQuery(body, answer('', 'chair'), views)).toBe(false);
  expect(matchesQuery(body, exchange({ response: undefined }), views)).toBe(false);
});
