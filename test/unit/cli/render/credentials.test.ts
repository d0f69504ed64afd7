import { expect, test } from 'vitest';
import { hideCredentials } from '../../../../cli/render/credentials.ts';

test.each([
  ['Authorization: Bearer abcdef', 'Authorization: Bearer ‹hidden, 6 characters›'],
  ['AUTHORIZATION:abcdef', 'AUTHORIZATION: ‹hidden, 6 characters›'],
  ['Authorization: mysecret thing', 'Authorization: ‹hidden, 14 characters›'],
  ['Proxy-Authorization: Basic dTpw', 'Proxy-Authorization: Basic ‹hidden, 4 characters›'],
  ['Cookie: a=b; c=d', 'Cookie: ‹hidden, 8 characters›'],
  ['Set-Cookie: a=b; Path=/', 'Set-Cookie: ‹hidden, 11 characters›'],
  ['X-Api-Key: k', 'X-Api-Key: ‹hidden, 1 character›'],
  ['X-CSRF-Token : abc', 'X-CSRF-Token : ‹hidden, 3 characters›'],
  [
    'Referer: http://me:pw@h/?api_key=3&page=2',
    'Referer: http://‹hidden, 5 characters›@h/?api_key=‹hidden, 1 character›&page=2',
  ],
  ['Location: /cb?x=1;session=abc#part', 'Location: /cb?x=1;session=‹hidden, 3 characters›#part'],
  ['X-Session-Id: abc', 'X-Session-Id: ‹hidden, 3 characters›'],
  ['X-Amz-Credential: abc', 'X-Amz-Credential: ‹hidden, 3 characters›'],
  [
    'Location: https://h/cb#access_token=abc&state=1',
    'Location: https://h/cb#access_token=‹hidden, 3 characters›&state=1',
  ],
  ['Sec-WebSocket-Key: abc', 'Sec-WebSocket-Key: abc'],
  ['Accept: text/html', 'Accept: text/html'],
  ['X: 1\rCookie: abc', 'X: 1\rCookie: ‹hidden, 3 characters›'],
  ['Cookie: a\r\n folded\r\nHost: h', 'Cookie: ‹hidden, 1 character›\r\n ‹hidden, 6 characters›\r\nHost: h'],
])('%j', (fields, shown) => {
  expect(hideCredentials(`GET / HTTP/1.1\r\n${fields}\r\n\r\n`)).toBe(`GET / HTTP/1.1\r\n${shown}\r\n\r\n`);
});

test.each([
  ['GET /a?access_token=abc&b=1 HTTP/1.1', 'GET /a?access_token=‹hidden, 3 characters›&b=1 HTTP/1.1'],
  ['GET /a?to%6ben=abc HTTP/1.1', 'GET /a?to%6ben=‹hidden, 3 characters› HTTP/1.1'],
  ['GET http://u:p@h/ HTTP/1.1', 'GET http://‹hidden, 3 characters›@h/ HTTP/1.1'],
  ['GET /a?token= HTTP/1.1', 'GET /a?token= HTTP/1.1'],
  ['GET /%zz?%zz=1 HTTP/1.1', 'GET /%zz?%zz=1 HTTP/1.1'],
])('%s', (line, shown) => {
  expect(hideCredentials(`${line}\r\n\r\n`)).toBe(`${shown}\r\n\r\n`);
});

test('a megabyte of slashes and question marks is looked through once', () => {
  const hostile = `GET ${'/'.repeat(500_000)}${'?'.repeat(500_000)} HTTP/1.1\r\n\r\n`;
  expect(hideCredentials(hostile)).toBe(hostile);
});
