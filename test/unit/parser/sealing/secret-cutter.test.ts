import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Exchange, type Message, messageBytes } from '../../../../core/index.ts';
import { SecretCutter, unsealExchange } from '../../../../parser/index.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';
import { RING, sealingCutter } from '../../../support/sealing/index.ts';

const textOf = (one: Message | undefined) => Buffer.from(messageBytes(one as Message)).toString('latin1');
const request = (head: string, body: string | Uint8Array = '', changes: Partial<Message> = {}) =>
  exchange({ request: message(head, body, changes), response: undefined });
const response = (head: string, body: string | Uint8Array = '', changes: Partial<Message> = {}) =>
  exchange({ request: undefined, response: message(head, body, changes) });

/** What a cut leaves; the rest has to come back with the key. */
function cut(whole: Exchange): Exchange {
  const sealed = sealingCutter().cut(whole);
  const back = unsealExchange(sealed, RING);
  expect(back.kind).toBe('verbatim');
  if (back.kind === 'verbatim') {
    for (const side of ['request', 'response'] as const) {
      if (whole[side] !== undefined) expect(textOf(back.exchange[side])).toBe(textOf(whole[side]));
    }
  }
  return sealed;
}
const cutHead = (head: string) => textOf(cut(request(`${head}\r\n\r\n`)).request).trimEnd();

describe('heads', () => {
  test.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer *******'],
    ['Proxy-Authorization: Basic dXNlcg==', 'Proxy-Authorization: Basic ********'],
    ['authorization:secret', 'authorization:******'],
    ['Cookie: theme=dark; sid=s3cr', 'Cookie: theme=****; sid=****'],
    ['Cookie: hush', 'Cookie: ****'],
    ['X-Api-Key:  k1k2 ', 'X-Api-Key:  **** '],
    ['Referer: http://a/b?x=1&token=t0&y=2#access_token=zz', 'Referer: http://a/b?x=1&token=**&y=2#access_token=**'],
    ['Referer: https://ada:pw@a/b', 'Referer: https://******@a/b'],
    ['X-Auth-Token: a\r\n folded', 'X-Auth-Token: *\r\n ******'],
    ['Authorization: Basic ab\rcd', 'Authorization: Basic **\r**'],
    ['Accept: x\rAuthorization: Basic ab', 'Accept: x\rAuthorization: Basic **'],
  ])('%j', (field, left) => {
    expect(cutHead(`GET / HTTP/1.1\r\nHost: a\r\n${field}\r\nAccept: */*`)).toBe(
      `GET / HTTP/1.1\r\nHost: a\r\n${left}\r\nAccept: */*`,
    );
  });

  test.each([
    ['GET /a?token=abc&page=2 HTTP/1.1', 'GET /a?token=***&page=2 HTTP/1.1'],
    ['GET /a?%74oken=abc HTTP/1.1', 'GET /a?%74oken=*** HTTP/1.1'],
    ['GET /a?code=abc HTTP/1.1', 'GET /a?code=*** HTTP/1.1'],
    ['GET http://ada:pw@shop/a HTTP/1.1', 'GET http://******@shop/a HTTP/1.1'],
    ['GET /a;jsessionid=4711/b HTTP/1.1', 'GET /a;jsessionid=****** HTTP/1.1'],
  ])('%j', (line, left) => {
    expect(cutHead(`${line}\r\nHost: a`)).toBe(`${left}\r\nHost: a`);
  });

  test('attributes of a cookie that is set stay', () => {
    const { response: left } = cut(response('HTTP/1.1 200 OK\r\nSet-Cookie: sid=abc; Path=/; HttpOnly\r\n\r\n'));
    expect(textOf(left)).toBe('HTTP/1.1 200 OK\r\nSet-Cookie: sid=***; Path=/; HttpOnly\r\n\r\n');
  });

  test.each(['X-Token: ', 'Accept: */*', 'User-Agent: tokenizer/1.0', 'X-Monkey: 5'])('%j has none', (field) => {
    const whole = request(`GET /items?page=2 HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`);
    expect(sealingCutter().cut(whole)).toBe(whole);
  });

  test('interim answers are cut too, and come back', () => {
    const interim = [
      message('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
      message('HTTP/1.1 103 Early Hints\r\nSet-Cookie: sid=abc\r\n\r\n'),
    ];
    const sealed = sealingCutter().cut(exchange({ interim }));
    expect(sealed.interim[0]).toBe(interim[0]);
    expect(textOf(sealed.interim[1])).toContain('sid=***');
    expect(sealed.sealed).toMatchObject([{ side: 'response', interim: 1, byteCount: 3 }]);
    const back = unsealExchange(sealed, RING);
    expect(back).toMatchObject({ kind: 'verbatim', exchange: { interim, sealed: [] } });
  });
});

describe('bodies', () => {
  const json = (body: string) => textOf(cut(request(JSON_HEAD, body)).request).slice(JSON_HEAD.length);
  const JSON_HEAD = 'POST /login HTTP/1.1\r\nContent-Type: application/json\r\n\r\n';

  test.each([
    ['{"user":"ada","password":"p w"}', '{"user":"ada","password":"***"}'],
    ['{"access_token":"a\\"b" , "n":1}', '{"access_token":"****" , "n":1}'],
    ['{"pin": 1234,"max_tokens":256}', '{"pin": 9999,"max_tokens":256}'],
    ['{"tokens":["a","b",{"x":"c"}],"y":"d"}', '{"tokens":["*","*",{"x":"*"}],"y":"d"}'],
    ['{"client_secret":"cut o', '{"client_secret":"*****'],
    ['{"pass\\u0077ord":"x"}', '{"pass\\u0077ord":"*"}'],
    ['{"next":"https://a/?token=abc"}', '{"next":"https://a/?token=***"}'],
    ['{"token_type":"Bearer","api_key":null}', '{"token_type":"Bearer","api_key":null}'],
    ['[{"secret":""}]', '[{"secret":""}]'],
  ])('%s', (body, left) => {
    expect(json(body)).toBe(left);
  });

  test('forms', () => {
    const head = 'POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n';
    const { request: left } = cut(request(head, 'user=ada&pass%77ord=a%20b&otp=12&x=1'));
    expect(textOf(left)).toBe(`${head}user=ada&pass%77ord=*****&otp=**&x=1`);
  });

  test('forms in parts', () => {
    const head = 'POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n';
    const part = (name: string, value: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const { request: left } = cut(request(head, `${part('user', 'ada')}${part('password', 'pw')}--b--\r\n`));
    expect(textOf(left)).toBe(`${head}${part('user', 'ada')}${part('password', '**')}--b--\r\n`);
  });

  test('a secret over several chunks is cut in each, and so are trailers', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const body = (one: string, other: string, trailer: string) =>
      `8\r\n{"passwo\r\n8\r\nrd":"${one}\r\n5\r\n${other}"} \r\n0\r\nX-Token: ${trailer}\r\n\r\n`;
    const { response: left, sealed } = cut(response(head, body('abc', 'de', 'tt')));
    expect(textOf(left)).toBe(`${head}${body('***', '**', '**')}`);
    expect(sealed).toHaveLength(3);
  });

  test('of a compressed body that holds a secret all data is taken out, of others nothing', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n';
    const gzip = zlib.gzipSync('{"token":"abc"}');
    const { response: left, sealed } = cut(response(head, gzip));
    expect(textOf(left)).toBe(`${head}${'*'.repeat(gzip.length)}`);
    expect(sealed).toMatchObject([{ side: 'response', offset: head.length, byteCount: gzip.length }]);
    const none = response(head, zlib.gzipSync('{"item":17}'));
    expect(sealingCutter().cut(none)).toBe(none);
  });

  test('bytes that are missing within a secret do not move it', () => {
    const head = 'POST /login HTTP/1.1\r\nContent-Type: application/json\r\n\r\n';
    const at = head.length + '{"password":"ab'.length;
    const whole = request(head, '{"password":"abcd"}', { missing: [{ offset: at, byteCount: 10 }], complete: false });
    const { request: left, sealed } = cut(whole);
    expect(textOf(left)).toBe(`${head}{"password":"****"}`);
    expect(sealed).toMatchObject([
      { offset: at - 2, byteCount: 2 },
      { offset: at + 10, byteCount: 2 },
    ]);
  });

  test('words in bodies that have no fields are left', () => {
    const page = response('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n', '<p>"password":"token"</p>');
    expect(sealingCutter().cut(page)).toBe(page);
  });
});

test('names of the user are secret too, and names that are none are left', () => {
  const cutter = sealingCutter({ names: ['X-Internal', 'iban'], notSecret: ['X-Session-Kind'] });
  const whole = request(
    'POST / HTTP/1.1\r\nx-internal: abc\r\nX-Session-Kind: web\r\nContent-Type: application/json\r\n\r\n',
    '{"iban":"DE1"}',
  );
  const left = textOf(cutter.cut(whole).request);
  expect(left).toContain('x-internal: ***');
  expect(left).toContain('X-Session-Kind: web');
  expect(left).toContain('{"iban":"***"}');
});

test('path, operation, session and attributes do not carry what was cut out', () => {
  const whole = {
    ...request('GET /a;pwd=hushhush/b HTTP/1.1\r\nX-Session-Id: session-4711\r\n\r\n'),
    path: '/a;pwd=hushhush/b',
    operation: 'GET /a;pwd=hushhush/b',
    session: 'session-4711',
    attributes: { from: 'session-4711', other: 'x' },
  };
  const sealed = sealingCutter().cut(whole);
  expect(JSON.stringify({ ...sealed, request: null, sealed: null })).not.toMatch(/hushhush|4711/);
  expect(sealed).toMatchObject({ session: '*'.repeat(12), attributes: { other: 'x' } });
});

test('an everyday cookie value does not change the path', () => {
  const whole = {
    ...request('GET /items HTTP/1.1\r\nCookie: list=items\r\n\r\n'),
    path: '/items',
    operation: 'GET /items',
  };
  expect(sealingCutter().cut(whole)).toMatchObject({ path: '/items', operation: 'GET /items' });
});

test('parts are copied only where they change', () => {
  const [one, two] = [Buffer.from('POST / HTTP/1.1\r\nX-Token: ab'), Buffer.from('cd\r\n\r\n'), 0];
  const body = Buffer.from('x'.repeat(100));
  const parts = [one, two, body];
  const headByteCount = one.length + two.length;
  const whole = message('', '', { parts, headByteCount, byteCount: headByteCount + body.length });
  const { request: left } = sealingCutter().cut(exchange({ request: whole }));
  expect(textOf(left)).toBe(`POST / HTTP/1.1\r\nX-Token: ****\r\n\r\n${body}`);
  expect(left?.parts[2]).toBe(body);
  expect(one.toString()).toContain('ab');
});

test('without a sealer the secrets are gone, and what was sealed before is left', () => {
  const whole = request('GET / HTTP/1.1\r\nCookie: hush\r\n\r\n');
  const shown = new SecretCutter({}).cut(whole);
  expect(shown.sealed).toEqual([]);
  expect(textOf(shown.request)).not.toContain('hush');
  const sealed = sealingCutter().cut(whole);
  expect(sealingCutter().cut(sealed)).toBe(sealed);
});

test('a secret met again is not encrypted again', () => {
  const cutter = sealingCutter();
  const [one, other] = [1, 2].map(() => cutter.cut(request('GET / HTTP/1.1\r\nCookie: hush\r\n\r\n')));
  expect(one?.sealed[0]?.sealed).toBe(other?.sealed[0]?.sealed);
});

test('ranges that lie are an answer', () => {
  const sealed = sealingCutter().cut(request('GET / HTTP/1.1\r\nCookie: hush\r\n\r\n'));
  const [range] = sealed.sealed;
  if (range === undefined) throw new Error('nothing sealed');
  for (const wrong of [
    { ...range, side: 'response' as const },
    { ...range, interim: 3 },
    { ...range, byteCount: 3 },
    { ...range, sealed: range.sealed.subarray(1) },
    { ...range, keyId: 'ffffffff' },
  ]) {
    expect(unsealExchange({ ...sealed, sealed: [wrong] }, RING).kind).toBe('sealed');
  }
  expect(unsealExchange({ ...sealed, sealed: [{ ...range, offset: 10 ** 9 }] }, RING).kind).toBe('verbatim');
});
