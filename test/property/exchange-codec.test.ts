import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BytecopyError, decodeExchange, encodeExchange } from '../../core/index.ts';
import { anyExchange } from '../support/exchanges/any-exchange.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

test('decode(encode(x)) = x', () => {
  fc.assert(
    fc.property(anyExchange, (one) => {
      expect(decodeExchange(encodeExchange(one))).toEqual(one);
    }),
  );
});

test('random bytes, and exchanges with random damage, give an exchange or a BytecopyError', () => {
  const damaged = fc.tuple(anyExchange, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }));
  const hostile = fc.oneof(
    bytes,
    damaged.map(([one, damages]) => {
      const encoded = Uint8Array.from(encodeExchange(one));
      for (const [at, byte] of damages) encoded[at % encoded.length] = byte;
      return encoded;
    }),
  );
  fc.assert(
    fc.property(hostile, (input) => {
      try {
        decodeExchange(input);
      } catch (error) {
        expect(error).toBeInstanceOf(BytecopyError);
      }
    }),
    { numRuns: 1000 },
  );
});
