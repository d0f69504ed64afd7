import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareExchangeIds, formatExchangeId, parseExchangeId } from '../../../../core/index.ts';

const id = fc.record({
  at: fc.maxSafeNat(),
  flow: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 }),
  offset: fc.maxSafeNat().map((offset) => offset % 2 ** 48),
  index: fc.nat(255),
});

test('the form of an id', () => {
  const one = { at: 1_795_255_200_000_000, flow: '9f86d081884c7d65', offset: 74, index: 0x81 };
  expect(formatExchangeId(one)).toBe('0660c66c7a2800-9f86d081884c7d65-00000000004a-81');
});

test('an id reads back as it was', () => {
  fc.assert(
    fc.property(id, (one) => {
      expect(parseExchangeId(formatExchangeId(one))).toEqual(one);
    }),
  );
});

test('the order of the texts is the order of the ids', () => {
  fc.assert(
    fc.property(id, id, (one, other) => {
      const texts = formatExchangeId(one) < formatExchangeId(other) ? -1 : 1;
      if (compareExchangeIds(one, other) !== 0) expect(Math.sign(compareExchangeIds(one, other))).toBe(texts);
    }),
  );
});

test.each(['', 'x', '0660c66c7a2800-9f86d081884c7d65-00000000004a', '0660C6DDB40000-9f86d081884c7d65-00000000004a-00'])(
  '"%s" is no id',
  (text) => {
    expect(() => parseExchangeId(text)).toThrow(expect.objectContaining({ code: 'EXCHANGE_ID_INVALID', exitCode: 2 }));
  },
);
