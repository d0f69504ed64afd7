import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { renderExchangeDocument } from '../../../../cli/render/index.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';

const HEAD = 'POST /login HTTP/1.1\r\nAuthorization: Bearer hush\r\n\r\n';

test('heads are text with credentials hidden, bodies are as sent', () => {
  const document = JSON.parse(renderExchangeDocument(exchange({ request: message(HEAD, '{"a":1}') }), false));
  expect(document.operation).toBe('GET /items/17');
  expect(document.request).toMatchObject({ body: '{"a":1}', bodyEncoding: 'utf8', complete: true });
  expect(document.request.head).toContain('Authorization: Bearer');
  expect(JSON.stringify(document)).not.toContain('hush');
  expect(document.response.body).toBe('{"item":17}');
});

test('credentials only when asked for; a missing side is null', () => {
  const one = exchange({ request: message(HEAD), response: undefined, outcome: 'request-only' });
  const document = JSON.parse(renderExchangeDocument(one, true));
  expect(document.request.head).toContain('Bearer hush');
  expect(document.response).toBeNull();
});

test('a body that is no text is base64', () => {
  const response = message('HTTP/1.1 200 OK\r\n\r\n', Uint8Array.of(0xff, 0x00));
  const document = JSON.parse(renderExchangeDocument(exchange({ response }), false));
  expect(document.response).toMatchObject({ body: '/wA=', bodyEncoding: 'base64' });
});

test('the decoded body stands beside the body as sent', () => {
  const gzip = zlib.gzipSync('caf\xe9', { level: 9 });
  const head = 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n';
  const document = JSON.parse(renderExchangeDocument(exchange({ response: message(head, gzip) }), false));
  expect(document.response).toMatchObject({
    body: gzip.toString('base64'),
    bodyEncoding: 'base64',
    decodedBody: 'café',
    decodedEncoding: 'utf8',
    codings: ['gzip'],
    mediaType: 'text/plain',
    charset: 'utf-8',
    bodyProblem: null,
    trailers: [],
  });
});

test('a decoded body that is no text, and one that could not be decoded whole', () => {
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const document = (body: string) =>
    JSON.parse(renderExchangeDocument(exchange({ response: message(chunked, Buffer.from(body, 'latin1')) }), false))
      .response;
  expect(document('1\r\n\xff\r\n0\r\nX-Token: hush\r\n\r\n')).toMatchObject({
    decodedBody: '/w==',
    decodedEncoding: 'base64',
    trailers: [{ name: 'X-Token', value: '‹hidden, 4 characters›' }],
  });
  expect(document('1\r\na\r\nz')).toMatchObject({ decodedBody: 'a', decodedEncoding: 'utf8', bodyProblem: 'broken' });
});
