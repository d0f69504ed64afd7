import { expect, test } from 'vitest';
import { decodeBlockKey, encodeBlockKey, hashService, sliceStartKey } from '../../../../store/block/block-key.ts';
import { SLICE_MICROS, sliceOf } from '../../../../store/block/time-slice.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';

const KEY = {
  slice: sliceOf(NOON_MICROS),
  serviceHash: hashService('catalogue'),
  firstAt: NOON_MICROS,
  lastAt: NOON_MICROS + SLICE_MICROS - 1,
  sequence: 2 ** 47,
  count: 64,
};

test('a key comes back as it was made', () => {
  expect(decodeBlockKey(encodeBlockKey(KEY))).toEqual(KEY);
});

test('byte order is the order of slices', () => {
  const next = encodeBlockKey({
    ...KEY,
    slice: KEY.slice + 1,
    firstAt: NOON_MICROS + SLICE_MICROS,
    lastAt: NOON_MICROS + SLICE_MICROS,
    serviceHash: 0,
  });
  expect(Buffer.compare(encodeBlockKey(KEY), next)).toBe(-1);
  expect(Buffer.compare(sliceStartKey(KEY.slice), encodeBlockKey(KEY))).toBe(-1);
  expect(Buffer.compare(sliceStartKey(KEY.slice + 1), encodeBlockKey(KEY))).toBe(1);
});

test.each([
  ['too short', encodeBlockKey(KEY).subarray(1)],
  ['no exchange', encodeBlockKey({ ...KEY, count: 0 })],
  ['more than 64', encodeBlockKey({ ...KEY, count: 65 })],
  ['last before first', encodeBlockKey({ ...KEY, firstAt: NOON_MICROS + 2, lastAt: NOON_MICROS + 1 })],
  ['behind its slice', Buffer.from(encodeBlockKey(KEY)).fill(0xff, 11, 14)],
])('%s is no key', (_, bytes) => {
  expect(decodeBlockKey(bytes)).toBeUndefined();
});
