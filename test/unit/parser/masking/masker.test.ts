import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Exchange, Message } from '../../../../core/index.ts';
import { parseHead, SecretCutter, unsealExchange, viewBody } from '../../../../parser/index.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';
import { maskedBy, maskerOf, textOf } from '../../../support/masking/index.ts';
import { RING, sealingCutter } from '../../../support/sealing/index.ts';

const request = (head: string, body: string | Uint8Array = '', changes: Partial<Message> = {}) =>
  exchange({ request: message(head, body, changes), response: undefined });
const response = (head: string, body: string | Uint8Array = '', changes: Partial<Message> = {}) =>
  exchange({ request: undefined, response: message(head, body, changes) });

const REDACT = { action: 'replace', with: 'GONE' };

/** Lengths and counts fit the bytes. */
function expectWhole(one: Message | undefined): void {
  if (one === undefined || one.parts.length === 0) return;
  expect(one.byteCount).toBe(textOf(one).length);
  const length = parseHead(one).fields.find(({ name }) => name.toLowerCase() === 'content-length');
  const isChunked = parseHead(one).fields.some(({ name }) => name.toLowerCase() === 'transfer-encoding');
  if (length !== undefined && !isChunked) expect(Number(length.value)).toBe(one.byteCount - one.headByteCount);
  expect(viewBody(one).problem).toBeUndefined();
}

describe('heads', () => {
  test.each([
    [{ header: 'authorization' }, 'Authorization: Bearer abc', 'Authorization: GONE'],
    [{ header: 'x-*-id' }, 'X-User-Id:  17 ', 'X-User-Id:  GONE '],
    [{ header: 'x-a' }, 'X-A: one\r\n two', 'X-A: GONE'],
    [{ cookie: 'sid' }, 'Cookie: theme=dark; sid=abc; z=1', 'Cookie: theme=dark; sid=GONE; z=1'],
    [{ cookie: 'sid' }, 'Set-Cookie: sid=abc; Path=/; HttpOnly', 'Set-Cookie: sid=GONE; Path=/; HttpOnly'],
    [{ header: 'cookie' }, 'Cookie: theme=dark; sid=abc', 'Cookie: GONE'],
    [{ query: 'token' }, 'Referer: https://a/b?x=1&token=a;b&y=2', 'Referer: https://a/b?x=1&token=GONE&y=2'],
    [{ query: 'token' }, 'Referer: https://a/b?x=1;token=a;y=2', 'Referer: https://a/b?x=1;token=GONE;y=2'],
  ])('%j of %j', async (where, field, left) => {
    const masked = await maskedBy({ where, ...REDACT }, request(`GET / HTTP/1.1\r\n${field}\r\nAccept: */*\r\n\r\n`));
    expect(textOf(masked.request)).toBe(`GET / HTTP/1.1\r\n${left}\r\nAccept: */*\r\n\r\n`);
    expect(masked.masked).toEqual([{ side: 'request', rule: 'rule', action: 'replace', count: 1 }]);
    expectWhole(masked.request);
  });

  test.each([
    ['/a?token=abc&page=2', { where: { query: 'token' } }, '/a?token=GONE&page=2'],
    ['/a?%74oken=abc', { where: { query: 'token' } }, '/a?%74oken=GONE'],
    ['/users/ada%40example.org/x', { set: 'emails' }, '/users/GONE/x'],
    ['/users/ada@example.org/x?y=1', { set: 'emails' }, '/users/GONE/x?y=1'],
    ['/items/4711/x?id=4711', { find: '/items/\\d+' }, 'GONE/x?id=4711'],
    ['/p?q=to+ada%40example.org+now', { set: 'emails' }, '/p?q=to%20GONE%20now'],
  ])('target %s', async (target, rule, left) => {
    const whole = request(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const path = target.split('?', 1)[0] as string;
    const masked = await maskedBy({ ...rule, ...REDACT }, { ...whole, path, operation: `GET ${path}` });
    expect(textOf(masked.request)).toBe(`GET ${left} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(masked.path).toBe(left.split('?', 1)[0]);
    expect(masked.operation).toBe(`GET ${masked.path}`);
  });

  test('fields of framing, dates and traces are not searched', async () => {
    const head = 'GET / HTTP/1.1\r\nContent-Length: 0\r\nDate: 1\r\ntraceparent: 00-1-1-01\r\nX-N: 1\r\n\r\n';
    const masked = await maskedBy({ find: '\\d', action: 'mask' }, request(head));
    expect(textOf(masked.request)).toBe(head.replace('X-N: 1', 'X-N: *'));
  });
});

const JSON_BODY = '{ "user": {"email":"ada@example.org", "id": 17},\n "items":[{"sku":"a"},{"sku":"b"}], "ok": true }';
const FORM_BODY = 'user=ada&mail=ada%40example.org&x=1';
const PARTS =
  '--b\r\nContent-Disposition: form-data; name="mail"\r\n\r\nada@example.org\r\n' +
  '--b\r\nContent-Disposition: form-data; name="doc"\r\nContent-Type: application/json\r\n\r\n{"email":"x"}\r\n--b--\r\n';

const BODIES = [
  ['application/json', { where: { json: '$.user.email' } }, JSON_BODY, JSON_BODY.replace('ada@example.org', 'GONE')],
  ['application/json', { where: { json: 'user.id' } }, JSON_BODY, JSON_BODY.replace('17', '"GONE"')],
  [
    'application/json',
    { where: { json: 'items[*].sku' } },
    JSON_BODY,
    JSON_BODY.replace('"a"', '"GONE"').replace('"b"', '"GONE"'),
  ],
  ['application/json', { where: { json: '$.*.em*' } }, JSON_BODY, JSON_BODY.replace('ada@example.org', 'GONE')],
  ['application/json', { set: 'emails' }, JSON_BODY, JSON_BODY.replace('ada@example.org', 'GONE')],
  ['application/json', { set: 'emails' }, '{"a\\u0040b.example":"\\u0061@b.example"}', '{"GONE":"GONE"}'],
  ['application/x-ndjson', { where: { json: 'a' } }, '{"a":"1"}\n{"a":"2"}\n', '{"a":"GONE"}\n{"a":"GONE"}\n'],
  ['application/x-www-form-urlencoded', { where: { form: 'mail' } }, FORM_BODY, 'user=ada&mail=GONE&x=1'],
  ['application/x-www-form-urlencoded', { set: 'emails' }, FORM_BODY, 'user=ada&mail=GONE&x=1'],
  ['multipart/form-data; boundary=b', { where: { form: 'mail' } }, PARTS, PARTS.replace('ada@example.org', 'GONE')],
  ['multipart/form-data; boundary=b', { where: { json: 'email' } }, PARTS, PARTS.replace('"x"', '"GONE"')],
  ['text/html', { set: 'emails' }, '<a href="mailto:ada@example.org">Ada</a>', '<a href="mailto:GONE">Ada</a>'],
  ['text/plain', { find: 'T-\\d+' }, 'T-123 and T-4', 'GONE and GONE'],
] as const;

const FRAMINGS: Readonly<Record<string, (body: string) => { readonly fields: string; readonly sent: Uint8Array }>> = {
  length: (body) => ({ fields: `Content-Length: ${body.length}\r\n`, sent: Buffer.from(body) }),
  chunked: (body) => ({
    fields: 'Transfer-Encoding: chunked\r\n',
    sent: Buffer.from(`${[...body].map((octet) => `1\r\n${octet}\r\n`).join('')}0\r\nX-After: 1\r\n\r\n`),
  }),
  gzip: (body) => ({
    fields: `Content-Length: ${zlib.gzipSync(body).length}\r\nContent-Encoding: gzip\r\n`,
    sent: zlib.gzipSync(body),
  }),
  'until the end': (body) => ({ fields: '', sent: Buffer.from(body) }),
};

describe('bodies', () => {
  for (const [framing, frame] of Object.entries(FRAMINGS)) {
    test.each(BODIES)(`${framing}: %s %j`, async (type, rule, body, left) => {
      const { fields, sent } = frame(body);
      const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${fields}\r\n`;
      const masked = await maskedBy({ ...rule, ...REDACT }, response(head, sent));
      expect(Buffer.from(viewBody(masked.response as Message).bytes).toString()).toBe(left);
      expect(masked.masked).toMatchObject([{ side: 'response', rule: 'rule', action: 'replace' }]);
      expectWhole(masked.response);
    });
  }

  test('a field of the trailer section', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const masked = await maskedBy(
      { where: { header: 'x-after' }, ...REDACT },
      response(head, '1\r\na\r\n0\r\nX-After: abc\r\n\r\n'),
    );
    expect(textOf(masked.response)).toBe(`${head}1\r\na\r\n0\r\nX-After: GONE\r\n\r\n`);
  });

  test('what nothing hits keeps every octet, and the object', async () => {
    const whole = response('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1;x\r\na\r\n0\r\n\r\n');
    expect(await maskedBy({ set: 'emails', ...REDACT }, whole)).toBe(whole);
  });
});

describe('actions', () => {
  const masked = async (action: object, value = '4111111111111111') => {
    const whole = await maskedBy(
      { where: { header: 'x-v' }, ...action },
      request(`GET / HTTP/1.1\r\nX-V: ${value}\r\n\r\n`),
    );
    return /X-V: ?([^\r]*)/.exec(textOf(whole.request))?.[1];
  };

  test.each([
    [{ action: 'redact' }, ''],
    [{ action: 'mask' }, '****************'],
    [{ action: 'mask', keep: 4 }, '************1111'],
    [{ action: 'mask', keep: 4, from: 'right', char: '#' }, '4111############'],
    [{ action: 'mask', keep: 16 }, '****************'],
  ])('%j', async (action, left) => {
    expect(await masked(action)).toBe(left);
  });

  test('a hash joins equal values, and only those, with one key', async () => {
    const hash = { action: 'hash', key: 'a key of mine' };
    expect(await masked(hash)).toMatch(/^[0-9a-f]{64}$/);
    expect(await masked(hash)).toBe(await masked(hash));
    expect(await masked(hash, 'other')).not.toBe(await masked(hash));
    expect(await masked({ ...hash, key: 'another key' })).not.toBe(await masked(hash));
    expect(await masked({ ...hash, sameLength: true })).toMatch(/^\d{16}$/);
    expect(await masked({ ...hash, sameLength: true }, 'abcdef')).toMatch(/^[0-9a-f]{6}$/);
  });

  test('what is encrypted opens with the ring', async () => {
    const { openEncrypted } = await (await import('../../../../parser/index.ts')).loadMasking();
    const opened = openEncrypted((await masked({ action: 'encrypt' }, 'ada')) ?? '', RING);
    expect(opened?.kind === 'plain' && Buffer.from(opened.bytes).toString()).toBe('ada');
  });

  test('a rule that keeps wins over those further down', async () => {
    const masker = await maskerOf({
      rules: [
        { name: 'staff', find: '\\w+@example\\.org', action: 'keep' },
        { name: 'mail', where: { json: 'mail' }, ...REDACT },
      ],
      sets: ['emails'],
    });
    const body = '{"mail":"a@example.org","cc":"b@example.org","to":"c@example.com"}';
    const one = masker.mask(response('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n', body));
    expect(textOf(one.response)).toContain(body.replace('c@example.com', 'EMAIL_ADDRESS'));
    expect(one.masked).toEqual([{ side: 'response', rule: 'emails', action: 'replace', count: 1 }]);
  });

  test('the first rule that takes a stretch has it', async () => {
    const masker = await maskerOf({
      rules: [
        { name: 'card', set: 'cards', action: 'mask', keep: 4 },
        { name: 'note', where: { header: 'x-note' }, ...REDACT },
      ],
    });
    const one = masker.mask(request('GET / HTTP/1.1\r\nX-Note: pay 4111111111111111 now\r\n\r\n'));
    expect(textOf(one.request)).toContain('X-Note: GONE************1111GONE\r\n');
  });
});

describe('limits', () => {
  test('by query and by side', async () => {
    const whole = exchange({
      request: message('GET / HTTP/1.1\r\nX-V: a\r\n\r\n'),
      response: message('HTTP/1.1 200 OK\r\nX-V: a\r\n\r\n'),
    });
    const rule = { where: { header: 'x-v' }, ...REDACT };
    expect(await maskedBy({ ...rule, when: 'service:other' }, whole)).toBe(whole);
    const one = await maskedBy({ ...rule, when: 'service:catalogue', side: 'response' }, whole);
    expect(one.request).toBe(whole.request);
    expect(textOf(one.response)).toContain('X-V: GONE');
  });
});

describe('what cannot be read', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n';
  const unreadable: readonly (readonly [string, Exchange])[] = [
    ['a session', exchange({ protocol: 'tcp', request: message('', 'hush'), response: undefined })],
    ['a truncated body', response(HEAD, '{"a":"b', { truncated: true, byteCount: 900 })],
    ['a gap', response(HEAD, '{"a":"b"}', { missing: [{ offset: 60, byteCount: 3 }] })],
    ['an incomplete message', response(HEAD, '{"a":', { complete: false })],
    ['JSON that is none', response(HEAD, '{"a":"b"')],
    ['a broken gzip body', response('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n', 'no gzip')],
    ['an unknown coding', response('HTTP/1.1 200 OK\r\nContent-Encoding: odd\r\n\r\n', 'hush')],
    ['a picture', response('HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n', Uint8Array.of(0x89, 0x50, 0, 1, 255))],
    ['a lone CR', response('HTTP/1.1 200 OK\r\nX: a\rAuthorization: b\r\n\r\n', '')],
  ];

  test.each(unreadable)('%s: only what is known about it stays, unless raw', async (_, whole) => {
    const rule = { where: { json: 'a' }, ...REDACT };
    const one = await maskedBy(rule, whole);
    const side = whole.request === undefined ? 'response' : 'request';
    expect(one[side]).toMatchObject({ parts: [], truncated: true, byteCount: whole[side]?.byteCount });
    expect(one.masked).toEqual([{ side, rule: 'unparsable', action: 'drop', count: 1 }]);
    expect(await maskedBy(rule, whole, { raw: true })).toBe(whole);
  });

  test('a path does not survive in what is known', async () => {
    const whole = request('POST /users/ada@example.org HTTP/1.1\r\n\r\n', 'x', { complete: false });
    const one = await maskedBy(
      { set: 'emails', ...REDACT },
      { ...whole, path: '/users/ada@example.org', operation: 'POST /users/ada@example.org', verb: 'POST' },
    );
    expect(one).toMatchObject({ path: '/users/GONE', operation: 'POST /users/GONE' });
  });

  test('a body that was cut off stays where no rule is about bodies', async () => {
    const cut = { truncated: true, byteCount: 900 };
    const one = await maskedBy(
      { where: { header: 'x-v' }, ...REDACT },
      response('HTTP/1.1 200 OK\r\nX-V: abc\r\n\r\n', 'beginning', cut),
    );
    expect(textOf(one.response)).toBe('HTTP/1.1 200 OK\r\nX-V: GONE\r\n\r\nbeginning');
    expect(one.response?.byteCount).toBe(901);
  });
});

describe('the credentials', () => {
  const masked = async (head: string, body = '') =>
    textOf((await maskerOf({ sets: ['credentials'] })).mask(request(head, body)).request);
  test.each([
    [
      'GET / HTTP/1.1\r\nAuthorization: Bearer abc\r\n\r\n',
      'GET / HTTP/1.1\r\nAuthorization: Bearer CREDENTIAL\r\n\r\n',
    ],
    ['GET / HTTP/1.1\r\nCookie: a=1; b=2\r\n\r\n', 'GET / HTTP/1.1\r\nCookie: a=CREDENTIAL; b=CREDENTIAL\r\n\r\n'],
    ['GET /a;jsessionid=x?token=y HTTP/1.1\r\n\r\n', 'GET /a;jsessionid=CREDENTIAL?token=CREDENTIAL HTTP/1.1\r\n\r\n'],
    ['GET http://a:b@c/ HTTP/1.1\r\n\r\n', 'GET http://CREDENTIAL@c/ HTTP/1.1\r\n\r\n'],
    [
      'GET / HTTP/1.1\r\nX-Note: sent Bearer abcdefgh1\r\n\r\n',
      'GET / HTTP/1.1\r\nX-Note: sent Bearer CREDENTIAL\r\n\r\n',
    ],
  ])('%j', async (head, left) => {
    expect(await masked(head)).toBe(left);
  });

  test('in JSON and forms by sealing’s names', async () => {
    const json = '{"password":"a","pin":1234,"tokens":["b",{"c":"d"}],"max_tokens":5,"name":"e"}';
    expect(await masked('POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n', json)).toContain(
      '{"password":"CREDENTIAL","pin":"CREDENTIAL","tokens":["CREDENTIAL",{"c":"CREDENTIAL"}],"max_tokens":5,"name":"e"}',
    );
    const form = 'POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n';
    expect(await masked(form, 'a=1&client_secret=x')).toContain('\r\n\r\na=1&client_secret=CREDENTIAL');
  });

  test('nothing is left for sealing', async () => {
    const one = (await maskerOf({ sets: ['credentials'] })).mask(
      request('GET /?token=abc HTTP/1.1\r\nAuthorization: Basic abc\r\nCookie: a=b\r\n\r\n'),
    );
    expect(textOf(new SecretCutter({}).cut(one).request)).not.toContain('abc');
  });
});

test('what was sealed before moves with the bytes, or goes with them', async () => {
  const sealed = sealingCutter().cut(
    request('GET / HTTP/1.1\r\nX-V: abcdefgh\r\nAuthorization: Bearer hushhush\r\nX-Token: other\r\n\r\n'),
  );
  expect(sealed.sealed).toHaveLength(2);
  const masker = await maskerOf({
    rules: [
      { where: { header: 'x-v' }, action: 'redact' },
      { where: { header: 'x-token' }, action: 'redact' },
    ],
  });
  const back = unsealExchange(masker.mask(sealed), RING);
  expect(back.kind === 'verbatim' && textOf(back.exchange.request)).toBe(
    'GET / HTTP/1.1\r\nX-V: \r\nAuthorization: Bearer hushhush\r\nX-Token: \r\n\r\n',
  );
});
