import { expect, test } from 'vitest';
import type { Exchange, RequestReady } from '../../../../core/index.ts';
import { compileRequestKey } from '../../../../emitter/request-key/index.ts';
import { exchange } from '../../../support/emitter/recording.ts';
import {
  bool,
  call,
  framed,
  i64,
  list,
  message,
  string,
  struct,
  theader,
  ttheader,
} from '../../../support/thrift/wire.ts';

const REQUEST =
  'GET /find?uid=9&Name=J%C3%BCrgen+B&empty=&uid=10&a%5Bb%5D=c HTTP/1.1\r\nHost: shop.example\r\nX-User:  17 \r\nCookie: a=1; sid=x=y\r\ncookie: later=2\r\nEmpty:\r\n\r\nX-User: body';

function key(text: string, one: Exchange = exchange(REQUEST)): string {
  return compileRequestKey(text)(one);
}

function thrift(bytes: Uint8Array): Exchange {
  return exchange('', {
    protocol: 'thrift',
    message: { parts: [bytes], byteCount: bytes.length, headByteCount: bytes.length },
  });
}

test.each([
  ['flow', '9f86d081884c7d65'],
  ['client', '192.0.2.7'],
  ['session', '9f86d081884c7d65'],
  ['header:x-user', '17'],
  ['header:Host', 'shop.example'],
  ['header:Empty', ''],
  ['header:User', ''],
  ['header:Accept', ''],
  ['cookie:sid', 'x=y'],
  ['cookie:later', '2'],
  ['cookie:SID', ''],
  ['query:uid', '9'],
  ['query:Name', 'Jürgen B'],
  ['query:a[b]', 'c'],
  ['query:empty', ''],
  ['query:UID', ''],
  ['query:name', ''],
  ['json:user.id', ''],
  ['field:1', ''],
])('%s is %j', (text, expected) => expect(key(text)).toBe(expected));

test('characters of a name stand for themselves', () => {
  const one = exchange('GET / HTTP/1.1\r\nX.User: no\r\nX+User: yes\r\n\r\n');
  expect(key('header:x+user', one)).toBe('yes');
  expect(key('header:X.user', one)).toBe('no');
  expect(key('header:x*user', one)).toBe('');
});

test('a body that looks like a head is no head', () => {
  expect(key('header:x-user', exchange('POST / HTTP/1.1\r\nA: b\r\n\r\nX-User: 17\r\n\r\n'))).toBe('');
});

test('a long value is cut, so that memory stays bounded', () => {
  expect(key('header:a', exchange(`GET / HTTP/1.1\r\nA: ${'x'.repeat(9_000)}\r\n\r\n`))).toBe('x'.repeat(256));
});

test('a question mark behind the request line begins no query', () => {
  expect(key('query:a', exchange('GET / HTTP/1.1\r\nReferer: /?a=1\r\n\r\n'))).toBe('');
  expect(key('query:a', exchange('GET /?a=1\r\n\r\n'))).toBe('1');
});

test('what is no percent-encoded UTF-8 stays as it is', () => {
  expect(key('query:a', exchange('GET /?a=%zz+1 HTTP/1.1\r\n\r\n'))).toBe('%zz+1');
});

test('one user is one key in a header, a cookie and a query, octets beyond ASCII included', () => {
  const name = Buffer.from('Jürgen').toString('latin1');
  const one = exchange(`GET /?u=${name} HTTP/1.1\r\nX-User: ${name}\r\nCookie: u=${name}\r\nX-Old: J\xfcrgen\r\n\r\n`);
  expect(['query:u', 'header:x-user', 'cookie:u'].map((text) => key(text, one))).toEqual(Array(3).fill('Jürgen'));
  expect(key('header:x-old', one)).toBe('Jürgen');
});

test('names that differ in their signs are other names', () => {
  const one = exchange('GET / HTTP/1.1\r\nX_User: no\r\nX\u007fUser: no\r\nX-User: yes\r\n\r\n');
  expect(key('header:x-user', one)).toBe('yes');
});

test('without a request, or in another protocol, there is no header', () => {
  expect(key('header:x-user', exchange(REQUEST, { message: null }))).toBe('');
  expect(key('header:x-user', exchange(REQUEST, { protocol: 'tcp' }))).toBe('');
  expect(key('cookie:sid', exchange(REQUEST, { protocol: 'thrift' }))).toBe('');
});

test.each(['binary', 'compact'] as const)('fields of %s arguments, of any scalar type', (encoding) => {
  const args = struct([2, string('ann')], [3, i64(9_007_199_254_740_993n)], [4, bool(true)]);
  const one = thrift(
    framed(
      message(encoding, call('get'), [
        [1, args],
        [7, list('bool')],
      ]),
    ),
  );
  expect(['1.2', '1.3', '1.4', '1', '1.9', '7', '7.1', '1.2.1'].map((path) => key(`field:${path}`, one))).toEqual([
    ...['ann', '9007199254740993', 'true'],
    ...['', '', '', '', ''],
  ]);
});

test('keys of THeader and TTHeader are headers', () => {
  const call1 = message('binary', call('get'), []);
  expect(key('header:X-User', thrift(theader(call1, { values: { 'x-user': 'ann' } })))).toBe('ann');
  expect(key('header:x-user', thrift(ttheader(call1, { values: { 'x-user': 'bob' } })))).toBe('bob');
  expect(key('header:other', thrift(theader(call1)))).toBe('');
});

test('bytes that are no Thrift have no key', () => {
  expect(key('field:1.2', thrift(Uint8Array.of(1, 2, 3)))).toBe('');
  expect(key('header:a', thrift(Uint8Array.of(0xff, 0xaf, 3)))).toBe('');
});

test.each([
  ...[
    '',
    'flows',
    'header',
    'header:',
    'header:a b',
    'cookie:a;b',
    'field:',
    'field:a',
    'field:1..2',
    'toString',
    ':',
    'query:',
    'query:a=b',
    'json:',
    'json:a..b',
    'json:$',
    'json:a[*].b',
  ],
  `field:${'1.'.repeat(16)}1`,
  `json:${'a.'.repeat(16)}a`,
  `header:${'a'.repeat(201)}`,
])('"%s" is refused, and it is said what is allowed', (text) => {
  expect(() => compileRequestKey(text)).toThrow(
    expect.objectContaining({
      code: 'REPLAY_OPTIONS_INVALID',
      exitCode: 2,
      hint: expect.stringContaining('header:NAME'),
    }),
  );
});

test('a request that is announced before its answer has the keys of its exchange', () => {
  const one = exchange(REQUEST);
  const { id, flow, source, service, operation, verb, path, protocol, trace, session, attributes, request } = one;
  if (request === undefined) throw new Error('no request');
  const ready: RequestReady = {
    ...{ id, flow, source, service, operation, verb, path, protocol, trace, session, attributes, request },
  };
  for (const text of ['flow', 'client', 'session', 'header:x-user', 'cookie:sid', 'query:uid']) {
    expect(compileRequestKey(text)(ready)).toBe(key(text, one));
  }
});
