/** Every leniency is named on its exchange and counted in the ledger, and signs of smuggling are flagged. */
import { describe, expect, test } from 'vitest';
import { conversation } from '../../../support/conversation.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

function notesOf(request: string, response = OK): readonly string[] {
  const c = conversation().client(request).server(response).close(1).end();
  const names = c.exchanges.flatMap(({ notes }) => notes);
  for (const name of new Set(names)) {
    expect(c.ledger.fact(`note:${name}`)).toBe(names.filter((other) => other === name).length);
  }
  return names;
}

const post = (fields: string, body = '') => `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`;

describe('signs of smuggling', () => {
  test.each([
    [
      'both lengths',
      post('Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
      'content-length-and-transfer-encoding',
    ],
    ['two lengths', post('Content-Length: 1\r\nContent-Length: 2', 'x'), 'conflicting-content-length'],
    ['two lengths in a list', post('Content-Length: 1, 2', 'x'), 'conflicting-content-length'],
    ['a signed length', post('Content-Length: +1', 'x'), 'invalid-content-length'],
    ['a folded length', post('Content-Length:\r\n 1', 'x'), 'obs-fold'],
    ['a length with a fold in it', post('Content-Length: 1,\r\n 1', 'x'), 'folded-framing-field'],
    ['a space before the colon', post('Transfer-Encoding : chunked', '0\r\n\r\n'), 'space-before-colon'],
    ['xchunked', post('Transfer-Encoding: xchunked'), 'unknown-transfer-encoding'],
    ['a vertical tab before chunked', post('Transfer-Encoding: \x0bchunked'), 'unknown-transfer-encoding'],
    ['chunked and not last', post('Transfer-Encoding: chunked, identity;q=1'), 'unknown-transfer-encoding'],
    ['chunked with a parameter', post('Transfer-Encoding: chunked;x=1'), 'unknown-transfer-encoding'],
    [
      'chunked twice',
      post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
      'repeated-transfer-encoding',
    ],
    [
      'chunked in HTTP/1.0',
      'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'http-1.0-transfer-encoding',
    ],
    ['a bare CR', post('X: a\rTransfer-Encoding: chunked\r\nContent-Length: 1', 'x'), 'bare-cr'],
    ['a NUL', post('X: a\0b\r\nContent-Length: 1', 'x'), 'control-octet'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 'repeated-host'],
    ['a target on another host', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n', 'host-mismatch'],
    ['a chunk size in 0x', post('Transfer-Encoding: chunked', '0x1\r\nx\r\n0\r\n\r\n'), 'bad-chunk'],
    ['a signed chunk size', post('Transfer-Encoding: chunked', '+1\r\nx\r\n0\r\n\r\n'), 'bad-chunk'],
    ['a chunk size beyond 2^53', post('Transfer-Encoding: chunked', '100000000000001\r\nx\r\n0\r\n\r\n'), 'bad-chunk'],
    ['a CR alone behind a chunk size', post('Transfer-Encoding: chunked', '1\rx\r\nx\r\n0\r\n\r\n'), 'bad-chunk'],
    ['a space behind a chunk size', post('Transfer-Encoding: chunked', '1 \r\nx\r\n0\r\n\r\n'), 'odd-chunk-line'],
    ['an extension without name', post('Transfer-Encoding: chunked', '1;\r\nx\r\n0\r\n\r\n'), 'odd-chunk-line'],
    ['a bare CR in an extension', post('Transfer-Encoding: chunked', '1;a\rb\r\nx\r\n0\r\n\r\n'), 'odd-chunk-line'],
    ['an extension that ends with LF', post('Transfer-Encoding: chunked', '1;a\nx\r\n0\r\n\r\n'), 'chunk-bare-lf'],
  ])('%s', (_name, request, note) => {
    expect(notesOf(request)).toContain(note);
    if (note !== 'obs-fold') expect(notesOf(request)).toContain('smuggling');
  });

  test('a pipelined request is looked at as closely as one with a body', () => {
    const get = 'GET / HTTP/1.1\r\nHost: a\r\n';
    expect(notesOf(`${get}\r\n${get}X: a\rb\r\n\r\n`, OK + OK)).toEqual(['bare-cr', 'smuggling']);
  });

  test('the same host in other words is no mismatch', () => {
    expect(notesOf('GET http://u@A:80/ HTTP/1.1\r\nHost: a\r\n\r\n')).toEqual(['absolute-form']);
  });
});

describe('other leniencies', () => {
  test.each([
    ['a body with GET', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx', OK, ['unexpected-body']],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', OK, ['missing-host']],
    ['a line without colon', 'GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n', OK, ['malformed-field']],
    ['an unknown verb', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', OK, ['unknown-verb']],
    ['HTTP/1.7', 'GET / HTTP/1.7\r\nHost: a\r\n\r\n', OK, ['odd-version']],
    ['status 999', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', OK.replace('200', '999'), ['odd-status']],
    ['quotes in the target', 'GET /"a" HTTP/1.1\r\nHost: a\r\n\r\n', OK, []],
    ['UTF-8 in the target', 'GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n', OK, ['odd-target']],
  ])('%s', (_name, request, response, notes) => {
    expect(notesOf(request, response)).toEqual(notes);
  });
});
