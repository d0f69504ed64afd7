import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRequestKey } from '../../emitter/request-key/index.ts';
import { exchange } from '../support/emitter/recording.ts';

const NAMES = ['id', 'user', 'a b', 'ü'];

function post(body: string) {
  return exchange(`POST / HTTP/1.1\r\nHost: shop.example\r\n\r\n${Buffer.from(body).toString('latin1')}`);
}

const { document } = fc.letrec<{ document: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.integer(), fc.boolean(), fc.constant(null)),
  document: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.dictionary(fc.constantFrom(...NAMES), tie('document'), { maxKeys: 4 }),
    fc.array(tie('document'), { maxLength: 4 }),
  ),
}));

test('a JSON key is what a reader of the whole body finds there', () => {
  const path = fc.array(fc.oneof(fc.constantFrom(...NAMES), fc.nat(3)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(document, path, fc.constantFrom(0, 2), (value, steps, indent) => {
      const text = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
      let found: unknown = value;
      for (const step of steps) {
        const isPlace =
          Array.isArray(found) === (typeof step === 'number') && found !== null && typeof found === 'object';
        found = isPlace && Object.hasOwn(found as object, step) ? (found as Record<string, unknown>)[step] : undefined;
      }
      const isScalar = found !== undefined && found !== null && typeof found !== 'object';
      const key = compileRequestKey(`json:${text.replace(/^\./, '')}`)(post(JSON.stringify(value, null, indent)));
      expect(key).toBe(isScalar ? String(found) : '');
    }),
    { numRuns: 2_000 },
  );
});

test.each(['header:a', 'cookie:a', 'query:a', 'json:a.b', 'field:1.2'])('%s: no bytes throw', (text) => {
  const keyOf = compileRequestKey(text);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(400),
      fc.constantFrom('http1', 'thrift', 'tcp'),
      (...parts) => {
        const [bytes, headByteCount, protocol] = parts;
        const message = { parts: [bytes], byteCount: bytes.length, headByteCount };
        expect(typeof keyOf(exchange('', { protocol, message }))).toBe('string');
        expect(typeof keyOf(exchange('', { protocol, message: { ...message, parts: [] } }))).toBe('string');
      },
    ),
    { numRuns: 300 },
  );
});
