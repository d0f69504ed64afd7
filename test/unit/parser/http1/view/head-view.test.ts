import { describe, expect, test } from 'vitest';
import { headerValues, parseHead } from '../../../../../parser/index.ts';

function head(text: string, body = '') {
  const bytes = Buffer.from(text + body, 'latin1');
  return parseHead({ parts: [bytes], headByteCount: text.length });
}

const field = (name: string, value: string) => ({ name, value });

describe('parseHead', () => {
  test('a request', () => {
    expect(head('GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-B:  two words \t\r\nx-b:\r\n\r\n')).toEqual({
      kind: 'request',
      verb: 'GET',
      target: '/a?b=c',
      version: '1.1',
      fields: [field('Host', 'a'), field('X-B', 'two words'), field('x-b', '')],
      trailers: [],
    });
  });

  test('a response, with and without reason', () => {
    const { fields: _, trailers: __, ...line } = head('HTTP/1.0 404 Not  Found\r\nA: b\r\n\r\n');
    expect(line).toEqual({ kind: 'response', version: '1.0', status: 404, reason: 'Not  Found' });
    expect(head('HTTP/1.1 200\r\n\r\n')).toMatchObject({ status: 200, reason: '' });
  });

  test('folded lines are one value', () => {
    expect(head('GET / HTTP/1.1\nA: one\r\n two \n\tthree\r\nB:\r\n  four\r\n\r\n').fields).toEqual([
      field('A', 'one two three'),
      field('B', 'four'),
    ]);
  });

  test('odd lines stay: blanks before the colon, no colon, no name, a fold of nothing', () => {
    expect(head('GET / HTTP/1.1\r\n folded\r\nA : b\r\nno colon\r\n: nameless\r\n\r\n').fields).toEqual([
      field('', 'folded'),
      field('A', 'b'),
      field('', 'no colon'),
      field('', ': nameless'),
    ]);
  });

  test('octets beyond ASCII are latin1', () => {
    expect(head('GET /caf\xe9 HTTP/1.1\r\nA: \xff\r\n\r\n')).toMatchObject({
      target: '/café',
      fields: [field('A', 'ÿ')],
    });
  });

  test('trailers behind chunks', () => {
    const chunks = '3;x\r\nabc\r\n0\r\nX-Sum: 5\r\nX-Two: a\r\n b\r\n\r\n';
    expect(head('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', chunks).trailers).toEqual([
      field('X-Sum', '5'),
      field('X-Two', 'a b'),
    ]);
    expect(head('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', chunks.slice(0, 20)).trailers).toEqual([]);
  });

  test('HTTP/0.9, and bytes that are no head', () => {
    expect(head('GET /old\r\n')).toMatchObject({ kind: 'request', target: '/old', version: '0.9', fields: [] });
    expect(head('', '<html>')).toEqual({ kind: 'none', fields: [], trailers: [] });
    expect(head('\x00\x01\x02\r\n\r\n').kind).toBe('none');
  });

  test('a head in parts', () => {
    const bytes = Buffer.from('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    const parts = [bytes.subarray(0, 7), bytes.subarray(7)];
    expect(parseHead({ parts, headByteCount: bytes.length })).toMatchObject({
      target: '/a',
      fields: [field('Host', 'a')],
    });
  });
});

test('headerValues takes every line of a name, case ignored', () => {
  const { fields } = head('GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n');
  expect(headerValues(fields, 'A')).toEqual(['1', '3']);
  expect(headerValues(fields, 'C')).toEqual([]);
});
