import { expect, test } from 'vitest';
import { toHttp2Request } from '../../../../emitter/http2/http2-request.ts';
import { plannedSend } from '../../../support/emitter/planned-send.ts';

function said(text: string) {
  const bytes = Buffer.from(text, 'latin1');
  const parts = [bytes.subarray(0, 7), bytes.subarray(7)];
  const request = toHttp2Request(plannedSend({ request: { parts, byteCount: bytes.length } }).request);
  if (request === undefined) return undefined;
  return { ...request, body: request.body === undefined ? undefined : Buffer.from(request.body).toString('latin1') };
}

test('verb, path and authority; names in lower case, in order, repeats kept', () => {
  expect(said('GET /items?id=1 HTTP/1.1\r\nHost: shop.example\r\nX-One: 1\r\nCookie: a\r\nx-one: 2\r\n\r\n')).toEqual({
    verb: 'GET',
    path: '/items?id=1',
    fields: ['x-one', '1', 'cookie', 'a', 'x-one', '2', 'host', 'shop.example'],
    body: undefined,
  });
});

test('what speaks of the connection is left out, and what Connection names', () => {
  const head =
    'POST / HTTP/1.1\nHost: a\nConnection: keep-alive, X-Hop\nKeep-Alive: 5\nX-Hop: 1\nProxy-Connection: x\n' +
    'Upgrade: h2c\nHTTP2-Settings: AA\nExpect: 100-continue\nTE: gzip\nContent-Length: 2\nX-Kept: 1\n\n';
  expect(said(`${head}ok`)).toMatchObject({ fields: ['x-kept', '1', 'host', 'a'], body: 'ok' });
  expect(said('GET / HTTP/1.1\r\nTE: trailers\r\n\r\n')?.fields).toEqual(['te', 'trailers']);
});

test('a chunked body goes without its chunks, its content coding stays', () => {
  const head = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\nTrailer: x\r\n\r\n';
  expect(said(`${head}2\r\nab\r\n1;x\r\nc\r\n0\r\nx: 1\r\n\r\n`)).toMatchObject({
    fields: ['content-encoding', 'gzip'],
    body: 'abc',
  });
});

test('an absolute form names the authority', () => {
  expect(said('GET http://b.example:81/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n')).toMatchObject({
    path: '/x?y',
    fields: ['host', 'b.example:81'],
  });
  expect(said('GET http://b.example HTTP/1.1\r\n\r\n')?.path).toBe('/');
});

test.each([
  ['the whole server', 'OPTIONS * HTTP/1.1\r\n\r\n'],
  ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\n\r\n'],
  ['broken chunks', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz'],
  ['another transfer coding', 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['no request', 'hello'],
  ['nothing', ''],
])('%s cannot be said', (_, text) => {
  expect(said(text)).toBeUndefined();
});
