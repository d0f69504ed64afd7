import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Exchange, encodeExchange, type Message, messageBytes } from '../../core/index.ts';
import { unsealExchange } from '../../parser/index.ts';
import { exchange, message } from '../support/exchanges/index.ts';
import { RING, sealingCutter } from '../support/sealing/index.ts';

/** Distinct from everything around it, at least 8 octets. */
const secret = fc.stringMatching(/^[A-Z0-9]{8,40}$/);
const word = fc.stringMatching(/^[a-z]{1,8}$/);

/** A message that carries the secret in one of the places that a rule names. */
const places: readonly ((secret: string, word: string) => Message)[] = [
  (s, w) => message(`GET /${w} HTTP/1.1\r\nAuthorization: Bearer ${s}\r\n\r\n`),
  (s, w) => message(`GET /${w} HTTP/1.1\r\nCookie: ${w}=${s}; other=1\r\n\r\n`),
  (s, w) => message(`GET /${w} HTTP/1.1\r\nX-${w}-Token: ${s}\r\n\r\n`),
  (s, w) => message(`GET /${w}?api_key=${s}&${w}=1 HTTP/1.1\r\nHost: a\r\n\r\n`),
  (s, w) => message(`GET http://${w}:${s}@host/${w} HTTP/1.1\r\n\r\n`),
  (s, w) => message(`GET / HTTP/1.1\r\nReferer: https://h/${w}?token=${s}\r\n\r\n`),
  (s, w) => message('POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n', `{"${w}x":{"password":"${s}"}}`),
  (s, w) => message('POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n', `${w}=1&secret=${s}`),
  (s, w) => {
    const data = `{"${w}x":1,"token":"${s}"}`;
    const chunks = [...data].map((octet) => `1\r\n${octet}\r\n`).join('');
    const head = 'POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    return message(head, `${chunks}0\r\n\r\n`);
  },
  (s, w) => {
    const head = 'POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n';
    return message(head, zlib.gzipSync(`{"${w}x":1,"token":"${s}"}`));
  },
];

const carrying = fc.tuple(secret, word, fc.constantFrom(...places));
const octets = fc.uint8Array({ maxLength: 400 });
/** Pieces of messages in any order, with any octets between them. */
const soup = fc
  .array(
    fc.oneof(
      octets.map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom(
        'GET /?token=',
        'Cookie: ',
        'Set-Cookie: a=',
        '\r\n',
        '\r\n\r\n',
        ' ',
        '"password":',
        '"',
        '{',
        '[',
        ']',
      ),
      fc.constantFrom(
        'Content-Type: application/json',
        'Transfer-Encoding: chunked',
        'Content-Encoding: gzip',
        '5\r\n',
      ),
      fc.constantFrom(
        'multipart/form-data; name=token',
        'urlencoded',
        '://a@',
        '\\u00',
        '\x80\x01\x00\x01',
        '\x10\x00',
        '\x82!',
      ),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

function wire(one: Message | undefined): Buffer | undefined {
  return one === undefined ? undefined : Buffer.from(messageBytes(one));
}

function expectSameButForSecrets(whole: Exchange, sealed: Exchange): void {
  for (const side of ['request', 'response'] as const) {
    const [before, after] = [whole[side], sealed[side]];
    expect(wire(after)?.length).toBe(wire(before)?.length);
    expect({ ...after, parts: [] }).toEqual({ ...before, parts: [] });
  }
  const back = unsealExchange(sealed, RING);
  if (back.kind !== 'verbatim') throw new Error(`sealed for ever: ${back.problem}`);
  for (const side of ['request', 'response'] as const) expect(wire(back.exchange[side])).toEqual(wire(whole[side]));
}

test('no octets of a secret remain in the encoded exchange, and the key brings them back', () => {
  fc.assert(
    fc.property(carrying, carrying, ([one, wordOne, placeOne], [other, wordOther, placeOther]) => {
      const whole = exchange({ request: placeOne(one, wordOne), response: placeOther(other, wordOther) });
      const sealed = sealingCutter().cut(whole);
      const stored = Buffer.from(encodeExchange(sealed)).toString('latin1');
      for (const text of [one, other]) expect(stored).not.toContain(text);
      expectSameButForSecrets(whole, sealed);
    }),
  );
});

test('any octets come back as they were, in any parts, with any of them missing', () => {
  fc.assert(
    fc.property(
      soup,
      soup,
      fc.nat(600),
      fc.nat(600),
      fc.constantFrom('http1', 'thrift'),
      fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 50 })), { maxLength: 3 }),
      (one, other, headByteCount, cutAt, protocol, holes) => {
        const missing = holes
          .map(([offset, byteCount]) => ({ offset, byteCount }))
          .sort((a, b) => a.offset - b.offset)
          .map((hole, i) => ({ ...hole, offset: hole.offset + i * 60 }))
          .filter(({ offset }) => offset < one.length);
        const at = Math.min(cutAt, one.length);
        const parts = [one.subarray(0, at), one.subarray(at)].map((part) => Uint8Array.from(part));
        const request = message('', '', {
          parts,
          headByteCount,
          byteCount: one.length,
          missing,
          complete: missing.length === 0,
        });
        const response = message('', other, { headByteCount: Math.min(headByteCount, other.length) });
        const whole = exchange({ protocol, request, response });
        expectSameButForSecrets(whole, sealingCutter({ names: ['x'.repeat(4)] }).cut(whole));
      },
    ),
    { numRuns: 500 },
  );
});

test('what is sealed may be changed anywhere: an answer, never a throw', () => {
  const sealed = sealingCutter().cut(exchange({ request: message('GET / HTTP/1.1\r\nCookie: hushhush\r\n\r\n') }));
  const [range] = sealed.sealed;
  if (range === undefined) throw new Error('nothing was sealed');
  fc.assert(
    fc.property(octets, fc.nat(), fc.nat(100), (bytes, offset, byteCount) => {
      for (const wrong of [
        { ...range, sealed: bytes },
        { ...range, offset },
        { ...range, byteCount },
      ]) {
        expect(['verbatim', 'sealed']).toContain(unsealExchange({ ...sealed, sealed: [wrong] }, RING).kind);
      }
    }),
  );
});
