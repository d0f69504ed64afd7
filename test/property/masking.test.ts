import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Exchange, encodeExchange, type Message, messageBytes } from '../../core/index.ts';
import { parseHead, viewBody, viewThrift } from '../../parser/index.ts';
import { exchange, message } from '../support/exchanges/index.ts';
import { maskerOf, textOf } from '../support/masking/index.ts';
import {
  call,
  framed,
  i64,
  list,
  map,
  string,
  struct,
  theader,
  message as thriftMessage,
  ttheader,
} from '../support/thrift/wire.ts';

const secret = fc.stringMatching(/^[A-Z]{8,40}$/);
const word = fc.stringMatching(/^[a-z]{1,8}$/);

const masker = await maskerOf({
  rules: [
    { where: { header: 'x-secret' }, action: 'redact' },
    { where: [{ query: 'hush' }, { form: 'hush' }, { cookie: 'hush' }], action: 'replace', with: 'a b&c="d"\u00e9' },
    { where: { json: '$.*.hush' }, action: 'hash', key: 'a key of mine' },
    { where: [{ thrift: '1.2' }, { header: 'hush' }], action: 'encrypt' },
    { find: '[A-Z]{8,40}', action: 'mask' },
  ],
  sets: ['credentials', 'cards', 'emails', 'phones'],
});

const JSON_TYPE = 'Content-Type: application/json\r\n';
const json = (s: string, w: string) =>
  JSON.stringify({ [w]: { hush: s, list: [1, s, { [s]: null }] }, text: `a ${s}` });
const chunked = (body: string) => `${[...body].map((octet) => `1\r\n${octet}\r\n`).join('')}0\r\nX-Secret: z\r\n\r\n`;

/** A message that carries the secret. */
const places: readonly ((secret: string, word: string) => Exchange)[] = [
  (s, w) => http(`GET /${w}/${s}?hush=${s}&${w}=1 HTTP/1.1\r\nX-Secret: ${s}\r\nCookie: hush=${s}; ${w}=${s}\r\n\r\n`),
  (s, w) => http(`POST / HTTP/1.1\r\n${JSON_TYPE}Content-Length: ${json(s, w).length}\r\n\r\n`, json(s, w)),
  (s, w) => http(`POST / HTTP/1.1\r\n${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n`, chunked(json(s, w))),
  (s, w) => http(`POST / HTTP/1.1\r\n${JSON_TYPE}Content-Encoding: gzip\r\n\r\n`, zlib.gzipSync(json(s, w))),
  (s, w) =>
    http('POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n', `${w}=1&hush=${s}&x=${s}`),
  (s, w) =>
    http(
      'POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n',
      `--b\r\nContent-Disposition: form-data; name="${w}"\r\n\r\n${s}\r\n--b--\r\n`,
    ),
  (s, w) => http('POST / HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n', `${w} ${s} ${w}`),
  (s) => thrift(framed(thriftCall('binary', s))),
  (s) => thrift(thriftCall('compact', s)),
  (s) => thrift(theader(thriftCall('compact', s), { values: { hush: s, plain: 'x' }, zlib: true })),
  (s) => thrift(ttheader(thriftCall('binary', s), { values: { hush: s }, integers: { 2: s }, token: s })),
];

function http(head: string, body: string | Uint8Array = ''): Exchange {
  return exchange({ request: message(head, body), response: undefined });
}

function thrift(bytes: Uint8Array): Exchange {
  return exchange({ protocol: 'thrift', request: message('', bytes), response: undefined, path: '', verb: '' });
}

function thriftCall(encoding: 'binary' | 'compact', s: string): Buffer {
  const inner = struct([1, i64(5n)], [2, string(s)], [3, list('string', string('a'), string(s))]);
  return thriftMessage(encoding, call('getUser', 7), [
    [1, inner],
    [2, map('string', 'struct', [string(s), struct([1, string(s)])])],
  ]);
}

test('no secret is left in any place, and what is left can be read', () => {
  fc.assert(
    fc.property(secret, word, fc.constantFrom(...places), (s, w, place) => {
      const masked = masker.mask(place(s, w));
      const request = masked.request as Message;
      expect(Buffer.from(encodeExchange(masked)).includes(s)).toBe(false);
      expect(masked.masked.length).toBeGreaterThan(0);
      expect(masked.masked.some(({ action }) => action === 'drop')).toBe(false);
      expect(request.byteCount).toBe(messageBytes(request).length);
      if (masked.protocol === 'thrift') {
        const view = viewThrift(request);
        expect(view.problems).toEqual([]);
        expect(view).toMatchObject({ method: 'getUser', sequenceId: 7 });
        expect(JSON.stringify(view.headers)).not.toContain(s);
        expect(JSON.stringify(view.body, plain)).not.toContain(s);
        return;
      }
      expect(parseHead(request).kind).toBe('request');
      const view = viewBody(request);
      expect(view.complete).toBe(true);
      expect(Buffer.from(view.bytes).includes(s)).toBe(false);
      if (view.mediaType === 'application/json') JSON.parse(Buffer.from(view.bytes).toString());
      // Nothing is left to do.
      expect(viewBody(masker.mask(masked).request as Message).complete).toBe(true);
    }),
  );
});

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);

test('without a hit an exchange comes back as it is', async () => {
  const other = await maskerOf({ rules: [{ where: [{ header: 'no-such' }, { json: 'no.such' }], action: 'redact' }] });
  fc.assert(
    fc.property(secret, word, fc.constantFrom(...places), (s, w, place) => {
      const whole = place(s, w);
      expect(other.mask(whole)).toBe(whole);
    }),
  );
});

const octets = fc.uint8Array({ maxLength: 300 });
const soup = fc
  .array(
    fc.oneof(
      octets.map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom(
        'GET /?hush=',
        'Cookie: ',
        'Set-Cookie: hush=',
        '\r\n',
        '\r\n\r\n',
        ' ',
        '"hush":',
        '"',
        '{',
        '[',
        ']',
        '}',
        ',',
      ),
      fc.constantFrom(
        'Content-Type: application/json\r\n',
        'Transfer-Encoding: chunked\r\n',
        '5\r\n',
        '%',
        '@a.bc',
        '\\u0040',
      ),
      fc.constantFrom(
        'HTTP/1.1 200 OK\r\n',
        'GET / HTTP/1.1\r\n',
        '4111111111111111',
        '+49 30 1234567',
        '--b\r\n',
        '//a:b@c',
      ),
    ),
  )
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

test('any bytes are masked without a throw, and counted right', () => {
  fc.assert(
    fc.property(soup, fc.nat(400), fc.constantFrom('http1', 'thrift', 'tcp'), (bytes, headEnd, protocol) => {
      const whole = message('', bytes, { headByteCount: Math.min(headEnd, bytes.length) });
      const masked = masker.mask(exchange({ protocol, request: whole, response: whole, interim: [whole] }));
      for (const one of [masked.request, masked.response, masked.interim[0]]) {
        if (one !== undefined && one.parts.length > 0) expect(one.byteCount).toBe(textOf(one).length);
      }
      encodeExchange(masked);
    }),
    { numRuns: 500 },
  );
});

test('the quick look of the sets passes nothing that they would hit', async () => {
  const sets = ['credentials', 'cards', 'emails', 'phones'];
  const quick = await maskerOf({ sets });
  // A rule by name reads every message.
  const close = await maskerOf({ sets, rules: [{ where: { header: 'no-such' }, action: 'redact' }] });
  fc.assert(
    fc.property(soup, fc.nat(200), (bytes, headEnd) => {
      const text = bytes.toString('latin1');
      const field = text.slice(0, headEnd).replace(/[\r\n]+/g, ' ');
      const whole = http(`GET /a HTTP/1.1\r\nX: ${field}\r\nContent-Type: text/plain\r\n\r\n`, text.slice(headEnd));
      const closely = close.mask(whole);
      if (closely.masked.some(({ action }) => action !== 'drop'))
        expect(textOf(quick.mask(whole).request)).toBe(textOf(closely.request));
    }),
    { numRuns: 1000 },
  );
});
