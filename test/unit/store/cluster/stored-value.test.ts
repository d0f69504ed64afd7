import { expect, test } from 'vitest';
import {
  decodeStored,
  encodeReference,
  encodeWhole,
  PIECE_BYTES,
  pieceOf,
  referenceFor,
} from '../../../../store/cluster/stored-value.ts';

test('a value kept whole comes back, an empty one too', () => {
  for (const value of [Buffer.alloc(0), Buffer.of(1), Buffer.of(0, 1, 2)]) {
    expect(decodeStored(encodeWhole(value))).toEqual(value);
  }
});

test('a value cut into pieces is told by its reference', () => {
  const value = Buffer.alloc(2 * PIECE_BYTES + 5);
  const reference = referenceFor(Buffer.alloc(16, 7), value);
  expect(reference.pieces).toBe(3);
  expect(decodeStored(encodeReference(reference))).toEqual(reference);
  expect([0, 1, 2].map((piece) => pieceOf(value, piece).length)).toEqual([PIECE_BYTES, PIECE_BYTES, 5]);
});

test('bytes that nobody wrote are no value, and never a large allocation', () => {
  const reference = encodeReference(referenceFor(Buffer.alloc(16), Buffer.alloc(10)));
  expect(decodeStored(Buffer.alloc(0))).toBeUndefined();
  expect(decodeStored(Buffer.of(9, 1))).toBeUndefined();
  expect(decodeStored(reference.subarray(0, 20))).toBeUndefined();
  for (const byteCount of [1e300, Number.NaN, -1]) {
    const hostile = Buffer.from(reference);
    hostile.writeDoubleBE(byteCount, 21);
    expect(decodeStored(hostile)).toBeUndefined();
  }
});
