import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Exchange, messageBytes, type PreparedRequest } from '../../../../core/index.ts';
import { type CorrelationOptions, Correlator, correlationSchema } from '../../../../emitter/correlation/index.ts';
import { request } from '../../../support/emitter/prepared-request.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';

type RuleInput = CorrelationOptions[number];

const TOKEN: RuleInput = { name: 'token', learn: { from: 'json:token' } };

function correlator(...rules: RuleInput[]): Correlator {
  return new Correlator(correlationSchema.parse(rules));
}

function answer(fields: string, body: string | Uint8Array = ''): Uint8Array {
  const head = `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${Buffer.from(body).length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

function answered(bytes: Uint8Array, changes: Partial<Exchange> = {}): Exchange {
  const end = Buffer.from(bytes).indexOf('\r\n\r\n') + 4;
  return exchange({
    response: message(Buffer.from(bytes.subarray(0, end)).toString('latin1'), bytes.subarray(end)),
    ...changes,
  });
}

/** The session has learnt from two answers, the recorded one and the new one. */
function learn(of: Correlator, recorded: Uint8Array, replayed: Uint8Array, session = 's', changes = {}): boolean {
  const learnable = of.recorded(answered(recorded, changes));
  if (learnable !== undefined) of.learn(session, learnable, replayed);
  return learnable !== undefined;
}

function learnt(recorded: string, replayed: string, rule: RuleInput = TOKEN): Correlator {
  const one = correlator(rule);
  expect(
    learn(one, answer('', JSON.stringify({ token: recorded })), answer('', JSON.stringify({ token: replayed }))),
  ).toBe(true);
  return one;
}

const textOf = ({ parts }: PreparedRequest): string => Buffer.concat(parts).toString('latin1');
const sent = (of: Correlator, bytes: string | Uint8Array, session = 's'): string =>
  textOf(of.rewrite(session, request(bytes)));
const get = (target: string, fields = ''): string => `GET ${target} HTTP/1.1\r\nHost: shop.example\r\n${fields}\r\n`;
const post = (fields: string, body: string): string =>
  `POST /cart HTTP/1.1\r\nHost: shop.example\r\n${fields}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;

describe('what is learnt', () => {
  test.each<[string, Uint8Array, Uint8Array]>([
    ['header:X-Token', answer('x-token: old-token\r\n'), answer('X-Token:new-token \r\n')],
    [
      'cookie:sid',
      answer('Set-Cookie: other=1\r\nSet-Cookie: sid=old-token; Path=/\r\n'),
      answer('set-cookie: sid=new-token; HttpOnly\r\n'),
    ],
    [
      'json:data.token',
      answer('', '{"data":{"token":"old-token"}}'),
      answer('', '{ "data" : {"token":"new\\u002dtoken"}}'),
    ],
    [
      'json:items[0].id',
      answer('', '{"items":[{"id":"old-token"}]}'),
      answer('', '{"items":[{"id":"new-token"},{"id":"x"}]}'),
    ],
    [
      'body:re:name="csrf" value="([^"]*)"',
      answer('', '<input name="csrf" value="old-token">'),
      answer('', '<p><input name="csrf" value="new-token">'),
    ],
  ])('%s', (from, recorded, replayed) => {
    const one = correlator({ name: 'token', learn: { from } });
    expect(learn(one, recorded, replayed)).toBe(true);
    expect(sent(one, get('/', 'Authorization: Bearer old-token\r\n'))).toBe(
      get('/', 'Authorization: Bearer new-token\r\n'),
    );
  });

  test('behind content codings on either side', () => {
    const one = correlator(TOKEN);
    const recorded = answer('Content-Encoding: gzip\r\n', gzipSync('{"token":"old-token"}'));
    const replayed = answer('Content-Encoding: br\r\n', brotliCompressSync('{"token":"new-token"}'));
    expect(learn(one, recorded, replayed)).toBe(true);
    expect(sent(one, get('/?t=old-token'))).toBe(get('/?t=new-token'));
  });

  test('numbers keep all digits', () => {
    const one = correlator({ name: 'order', learn: { from: 'json:id' } });
    learn(one, answer('', '{"id":9007199254740993}'), answer('', '{"id":9007199254740995}'));
    expect(sent(one, get('/orders/9007199254740993/items'))).toBe(get('/orders/9007199254740995/items'));
  });

  test('only of exchanges that it is about', () => {
    const one = correlator({
      name: 'token',
      learn: { from: 'json:token', where: { operation: 'POST /log*', status: '2xx' } },
    });
    const body = answer('', '{"token":"old-token"}');
    expect(one.recorded(answered(body, { operation: 'POST /login' }))?.values).toEqual([
      { rule: 0, recorded: 'old-token' },
    ]);
    expect(one.recorded(answered(body, { operation: 'GET /items' }))).toBeUndefined();
    expect(one.recorded(answered(body, { operation: 'POST /login', status: 401 }))).toBeUndefined();
  });

  test('nothing of exchanges without answer, without the value, or of flows that are not parsed', () => {
    const one = correlator(TOKEN);
    expect(one.recorded(exchange({ response: undefined }))).toBeUndefined();
    expect(one.recorded(answered(answer('', '{"other":1}')))).toBeUndefined();
    expect(one.recorded(answered(answer('', '{"token":["a"]}')))).toBeUndefined();
    expect(one.recorded(answered(answer('', '{"token":"old-token"')))).toBeUndefined();
    expect(one.recorded(answered(answer('', '{"token":"old-token"}'), { protocol: 'tcp' }))).toBeUndefined();
  });

  test('an answer without the value is counted, and the recorded one stays', () => {
    const one = correlator(TOKEN);
    learn(one, answer('', '{"token":"old-token"}'), answer('', '{"error":"no"}'));
    learn(one, answer('', '{"token":"old-token"}'), new Uint8Array(0));
    expect(one.report().rules).toEqual([{ name: 'token', learnt: 0, missing: 2, replaced: 0, tooShort: 0 }]);
    expect(sent(one, get('/?t=old-token'))).toBe(get('/?t=old-token'));
  });

  test('a value that would end the line of a head is none', () => {
    const one = correlator(TOKEN);
    learn(one, answer('', '{"token":"old-token"}'), answer('', '{"token":"new\\r\\nX-Evil: 1"}'));
    expect(one.report().rules[0]).toMatchObject({ learnt: 0, missing: 1 });
    expect(sent(one, get('/', 'X-Token: old-token\r\n'))).toBe(get('/', 'X-Token: old-token\r\n'));
  });

  test('short values are left alone unless told otherwise', () => {
    const one = correlator(TOKEN);
    expect(learn(one, answer('', '{"token":"12345"}'), answer('', '{"token":"67890"}'))).toBe(false);
    expect(one.report().rules[0]?.tooShort).toBe(1);
    const short = learnt('12345', '67890', { ...TOKEN, replace: { minLength: 5 } });
    expect(sent(short, get('/12345'))).toBe(get('/67890'));
  });
});

describe('where it is put', () => {
  test('path, query, headers, cookies and body, at each whole occurrence', () => {
    const one = learnt('old-token', 'new-token-longer');
    const of = (token: string): string =>
      `PUT /t/${token}/x?a=1&t=${token}&b=2 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${token}\r\nCookie: a=${token}; b=c\r\nX: ${token},${token}\r\n`;
    const all = (token: string): string =>
      `${of(token)}Content-Length: ${14 + token.length}\r\n\r\n{"a":1,"t":"${token}"}`;
    expect(sent(one, all('old-token'))).toBe(all('new-token-longer'));
    expect(one.report()).toMatchObject({ rewritten: 1, rules: [{ replaced: 7 }] });
  });

  test.each<[string, string, string]>([
    [
      'header',
      get('/old-token?old-token', 'X: old-token\r\nCookie: a=old-token\r\n'),
      get('/old-token?old-token', 'X: new-token\r\nCookie: a=old-token\r\n'),
    ],
    [
      'cookie',
      get('/old-token?old-token', 'X: old-token\r\nCookie: a=old-token\r\n'),
      get('/old-token?old-token', 'X: old-token\r\nCookie: a=new-token\r\n'),
    ],
    ['path', get('/old-token?old-token', 'X: old-token\r\n'), get('/new-token?old-token', 'X: old-token\r\n')],
    ['query', get('/old-token?old-token', 'X: old-token\r\n'), get('/old-token?new-token', 'X: old-token\r\n')],
    ['body', post('X: old-token\r\n', 'old-token'), post('X: old-token\r\n', 'new-token')],
  ])('only in the %s where that is asked for', (place, before, after) => {
    const rule = { ...TOKEN, replace: { in: [place] } } as RuleInput;
    expect(sent(learnt('old-token', 'new-token', rule), before)).toBe(after);
  });

  test('two rules that learn one value each have their own places', () => {
    const one = correlator(
      { name: 'a', learn: { from: 'json:a' }, replace: { in: ['header'] } },
      { name: 'b', learn: { from: 'json:b' }, replace: { in: ['query'] } },
    );
    learn(one, answer('', '{"a":"old-token","b":"old-token"}'), answer('', '{"a":"new-aaaaa","b":"new-bbbbb"}'));
    expect(sent(one, get('/?t=old-token', 'X: old-token\r\n'))).toBe(get('/?t=new-bbbbb', 'X: new-aaaaa\r\n'));
  });

  test('never in names of fields, the verb, lengths or the marker', () => {
    const one = learnt('1234567', '7654321');
    const head =
      '1234567 / HTTP/1.1\r\nX-1234567: a\r\nContent-Length: 1234567\r\nx-bytecopy-replay: run-1234567\r\n\r\n';
    expect(sent(one, head)).toBe(head);
  });

  test('not within longer words and numbers', () => {
    const one = learnt('1234567', '7654321');
    const bytes = get('/a1234567/12345678/91234567?t=x1234567');
    expect(one.rewrite('s', request(bytes)).parts[0]).toEqual(request(bytes).parts[0]);
    expect(sent(one, get('/a-1234567.html'))).toBe(get('/a-7654321.html'));
  });

  test('in a folded line', () => {
    const one = learnt('old-token', 'new-token');
    expect(sent(one, get('/', 'X: a\r\n\told-token\r\n'))).toBe(get('/', 'X: a\r\n\tnew-token\r\n'));
    const cookie = get('/', 'Cookie: a\r\n old-token\r\n');
    expect(sent(learnt('old-token', 'new-token', { ...TOKEN, replace: { in: ['header'] } }), cookie)).toBe(cookie);
  });

  test('each of many in a long line and in many folded ones', () => {
    const one = learnt('old-token', 'new-token');
    const long = (token: string): string =>
      get('/', `X: ${`${token},`.repeat(20_000)}\r\n${` ${token}\r\n`.repeat(20_000)}`);
    expect(sent(one, long('old-token')) === long('new-token')).toBe(true);
    expect(one.report().rules[0]?.replaced).toBe(40_000);
  });

  test('of two values that overlap, the longer one', () => {
    const one = correlator(
      { name: 'id', learn: { from: 'json:id' } },
      { name: 'link', learn: { from: 'header:Location' } },
    );
    learn(
      one,
      answer('Location: /orders/1234567\r\n', '{"id":1234567}'),
      answer('Location: /v2/orders/7654321\r\n', '{"id":7654321}'),
    );
    expect(sent(one, get('/orders/1234567'))).toBe(get('/v2/orders/7654321'));
    expect(sent(one, get('/items?order=1234567'))).toBe(get('/items?order=7654321'));
  });

  test('a location with a query takes both places', () => {
    const rule = { name: 'link', learn: { from: 'header:Location' }, replace: { in: ['path'] } } as RuleInput;
    const both = correlator({ ...rule, replace: {} });
    const pathOnly = correlator(rule);
    for (const one of [both, pathOnly]) {
      learn(one, answer('Location: /next?page=aaa\r\n'), answer('Location: /other?page=bbb\r\n'));
    }
    expect(sent(both, get('/next?page=aaa'))).toBe(get('/other?page=bbb'));
    expect(sent(pathOnly, get('/next?page=aaa'))).toBe(get('/next?page=aaa'));
  });
});

describe('escaped', () => {
  const OLD = 'a+b/old==';
  const NEW = 'c/d"new&=';

  test('percent-encoded in a query, whatever the digits’ case', () => {
    expect(sent(learnt(OLD, NEW), get('/?t=a%2Bb%2fold%3D%3D&u=1'))).toBe(get('/?t=c%2Fd%22new%26%3D&u=1'));
  });

  test('bare in a query: what the recorded one had bare stays bare, the rest is encoded', () => {
    expect(sent(learnt(OLD, NEW), get('/?t=a+b/old==&u=1'))).toBe(get('/?t=c/d%22new%26=&u=1'));
    expect(sent(learnt('old#token', 'new token'), get('/?t=old%23token'))).toBe(get('/?t=new%20token'));
  });

  test('behind an escape that ends in a letter or digit', () => {
    expect(sent(learnt('oldtoken', 'newtoken'), get('/?t=Bearer%20oldtoken%3D'))).toBe(get('/?t=Bearer%20newtoken%3D'));
    expect(sent(learnt('oldtoken', 'newtoken'), post('', '{"t":"a\\noldtoken"}'))).toBe(
      post('', '{"t":"a\\nnewtoken"}'),
    );
  });

  test('in a form', () => {
    const type = 'Content-Type: application/x-www-form-urlencoded\r\n';
    expect(sent(learnt(OLD, NEW), post(type, 'csrf=a%2Bb%2Fold%3D%3D&x=1'))).toBe(
      post(type, 'csrf=c%2Fd%22new%26%3D&x=1'),
    );
  });

  test('in JSON, with and without escapes', () => {
    expect(sent(learnt(OLD, NEW), post('', '{"t":"a+b\\/old=="}'))).toBe(post('', '{"t":"c/d\\"new&="}'));
    expect(sent(learnt(OLD, NEW), post('', '{"t":"a+b/old\\u003d="}'))).toBe(post('', '{"t":"c/d\\"new&="}'));
    expect(sent(learnt(OLD, NEW), post('', '{"t":"a+b/old=="}'))).toBe(post('', '{"t":"c/d\\"new&="}'));
    expect(sent(learnt('schlüssel', 'llave-ñ'), post('', '{"t":"schl\\u00fcssel"}'))).toBe(
      post('', Buffer.from('{"t":"llave-ñ"}').toString('latin1')),
    );
  });

  test('a cookie that the next request says in a header without its escapes', () => {
    const one = correlator({ name: 'xsrf', learn: { from: 'cookie:XSRF-TOKEN' } });
    learn(one, answer('Set-Cookie: XSRF-TOKEN=old%3D%3D;\r\n'), answer('Set-Cookie: XSRF-TOKEN=new%2F%3D;\r\n'));
    expect(sent(one, get('/', 'Cookie: XSRF-TOKEN=old%3D%3D\r\nX-XSRF-TOKEN: old==\r\n'))).toBe(
      get('/', 'Cookie: XSRF-TOKEN=new%2F%3D\r\nX-XSRF-TOKEN: old==\r\n'),
    );
    const long = correlator({ name: 'xsrf', learn: { from: 'cookie:XSRF-TOKEN' } });
    learn(long, answer('Set-Cookie: XSRF-TOKEN=oldold%3D%3D;\r\n'), answer('Set-Cookie: XSRF-TOKEN=new%2F%3D;\r\n'));
    expect(sent(long, get('/', 'X-XSRF-TOKEN: oldold==\r\n'))).toBe(get('/', 'X-XSRF-TOKEN: new/=\r\n'));
  });

  test('only as they are where nothing is to be decoded', () => {
    const one = learnt('old/token', 'new/token', { ...TOKEN, replace: { decoded: false } });
    expect(sent(one, get('/?a=old%2Ftoken&b=old/token'))).toBe(get('/?a=old%2Ftoken&b=new/token'));
  });

  test('a semicolon cannot come into a cookie', () => {
    expect(sent(learnt('old-token', 'new;token'), get('/', 'Cookie: t=old-token\r\n'))).toBe(
      get('/', 'Cookie: t=new%3Btoken\r\n'),
    );
  });
});

describe('framing', () => {
  test('a chunked body is one chunk of the new length, trailers and all', () => {
    const chunked = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(
      sent(learnt('old-token', 'new-token-long'), `${chunked}6\r\nt=old-\r\n5\r\ntoken\r\n0\r\nX: y\r\n\r\n`),
    ).toBe(`${chunked}10\r\nt=new-token-long\r\n0\r\nX: y\r\n\r\n`);
  });

  test('a gzip body is decoded and coded again', () => {
    const body = gzipSync('{"t":"old-token"}');
    const bytes = Buffer.concat([
      Buffer.from(`POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`),
      body,
    ]);
    const out = Buffer.from(sent(learnt('old-token', 'a-much-longer-token'), bytes), 'latin1');
    const end = out.indexOf('\r\n\r\n') + 4;
    expect(gunzipSync(out.subarray(end)).toString()).toBe('{"t":"a-much-longer-token"}');
    expect(out.subarray(0, end).toString()).toContain(`Content-Length: ${out.length - end}\r\n`);
  });

  test('a coded body without the value stays octet by octet', () => {
    const body = brotliCompressSync('{"t":"other"}');
    expect(brotliDecompressSync(body).toString()).toBe('{"t":"other"}');
    const one = learnt('old-token', 'new-token');
    const before = request(
      Buffer.concat([
        Buffer.from(`POST / HTTP/1.1\r\nContent-Encoding: br\r\nContent-Length: ${body.length}\r\n\r\n`),
        body,
      ]),
    );
    expect(one.rewrite('s', before)).toBe(before);
  });

  test('a binary body gets values of the same length alone', () => {
    const type = 'Content-Type: application/x-protobuf\r\n';
    expect(sent(learnt('old-token', 'new-token'), post(type, '\n\told-token'))).toBe(post(type, '\n\tnew-token'));
    expect(sent(learnt('old-token', 'longer-token'), post(type, '\n\told-token'))).toBe(post(type, '\n\told-token'));
  });

  test('parts are joined', () => {
    const one = learnt('old-token', 'new-token');
    const parts = ['POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n', 'old-', 'token'].map((part) => Buffer.from(part));
    expect(textOf(one.rewrite('s', request('', { parts, byteCount: 47 })))).toBe(
      'POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nnew-token',
    );
  });
});

describe('sessions', () => {
  test('know nothing of each other', () => {
    const one = correlator(TOKEN);
    learn(one, answer('', '{"token":"old-token"}'), answer('', '{"token":"new-aaaaa"}'), 'a');
    learn(one, answer('', '{"token":"old-token"}'), answer('', '{"token":"new-bbbbb"}'), 'b');
    expect(sent(one, get('/old-token'), 'a')).toBe(get('/new-aaaaa'));
    expect(sent(one, get('/old-token'), 'b')).toBe(get('/new-bbbbb'));
    const before = request(get('/old-token'));
    expect(one.rewrite('c', before)).toBe(before);
  });

  test('without a session nothing is learnt, and that is told', () => {
    const one = correlator(TOKEN);
    learn(one, answer('', '{"token":"old-token"}'), answer('', '{"token":"new-token"}'), '');
    expect(sent(one, get('/old-token'), '')).toBe(get('/old-token'));
    expect(one.report()).toMatchObject({ withoutSession: 1, sessions: 0 });
  });

  test('the newest answer counts', () => {
    const one = learnt('old-token', 'new-aaaaa');
    learn(one, answer('', '{"token":"old-token"}'), answer('', '{"token":"new-bbbbb"}'));
    expect(sent(one, get('/old-token'))).toBe(get('/new-bbbbb'));
  });

  test('a value that came with a replaced one is learnt like any other', () => {
    const one = correlator(TOKEN, { name: 'order', learn: { from: 'json:order' } });
    learn(one, answer('', '{"token":"old-token"}'), answer('', '{"token":"new-token"}'));
    expect(sent(one, post('X-Token: old-token\r\n', '{}'))).toContain('X-Token: new-token');
    learn(one, answer('', '{"order":"old-order"}'), answer('', '{"order":"new-order"}'));
    expect(sent(one, get('/orders/old-order', 'X-Token: old-token\r\n'))).toBe(
      get('/orders/new-order', 'X-Token: new-token\r\n'),
    );
  });

  test('a new value that looks like another recorded one is not replaced again', () => {
    const one = correlator({ name: 'a', learn: { from: 'json:a' } }, { name: 'b', learn: { from: 'json:b' } });
    learn(one, answer('', '{"a":"token-1","b":"token-2"}'), answer('', '{"a":"token-2","b":"token-1"}'));
    expect(sent(one, get('/token-1/token-2', 'Cookie: token-1=token-2\r\n'))).toBe(
      get('/token-2/token-1', 'Cookie: token-2=token-1\r\n'),
    );
  });

  test('a target that gives out what was recorded gets the very request', () => {
    const before = request(get('/old-token'));
    expect(learnt('old-token', 'old-token').rewrite('s', before)).toBe(before);
  });

  test('the recorded request is never written into', () => {
    const recorded = exchange({ request: message(get('/old-token')) });
    const bytes = messageBytes(recorded.request as NonNullable<Exchange['request']>);
    const before = Buffer.from(bytes).toString();
    learnt('old-token', 'new-token').rewrite('s', request(bytes));
    expect(Buffer.from(bytes).toString()).toBe(before);
  });
});
