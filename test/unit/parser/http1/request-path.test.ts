/** The path of a request is indexed and listed: what is secret in a target stays in its bytes. */
import { expect, test } from 'vitest';
import { conversation, HANDSHAKE_FLOW, textOf } from '../../../support/conversation.ts';

function sent(target: string) {
  const request = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const [exchange] = conversation({}, HANDSHAKE_FLOW, 1_000)
    .client(request)
    .server('HTTP/1.1 204 No\r\n\r\n').exchanges;
  expect(textOf(exchange?.request)).toBe(request);
  return exchange;
}

test.each([
  ['http://user:secret@proxy.example/a?x=1', 'http://proxy.example/a'],
  ['http://u@ser:sec@ret@proxy.example/a', 'http://proxy.example/a'],
  ['/cart;jsessionid=0123ABC/items', '/cart/items'],
  ['/cart;JSESSIONID=0123ABC?x=1', '/cart'],
  ['/cart;color=red;access_token=abc;size=2', '/cart;color=red;size=2'],
  ['/users/me@home.example', '/users/me@home.example'],
  ['/a;b;c', '/a;b;c'],
])('%s is listed as %s', (target, path) => {
  expect(sent(target)).toMatchObject({ path, operation: `GET ${path}` });
});

test('a path of nothing but parameters is looked through once', () => {
  const hostile = `/${';'.repeat(10_000)}${'=session'.repeat(2_000)}@`;
  expect(sent(hostile)?.path.startsWith('/;;')).toBe(true);
});
