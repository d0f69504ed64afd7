import { expect, test } from 'vitest';
import { costOf, hashOf, scrambled, sliceOf } from '../../../../emitter/targets/key-hash.ts';
import { keysOf } from './bench-of.ts';

test('the hash is MurmurHash3_x86_32 of the key in UTF-16LE', () => {
  // The known hashes of the bytes `test` and of nothing.
  expect(hashOf(fromBytes('test')) >>> 0).toBe(0xba6bd213);
  expect(hashOf('')).toBe(0);
});

test('keys of an odd number of units differ by their last one', () => {
  expect(hashOf('abc')).not.toBe(hashOf('abd'));
  expect(hashOf('a')).not.toBe(hashOf('a\0'));
});

test('slices of keys that differ little are spread evenly', () => {
  const slices = keysOf(100_000).map((key) => sliceOf(hashOf(key)));
  const tenths = Array.from({ length: 10 }, (_, tenth) => slices.filter((slice) => Math.floor(slice * 10) === tenth));
  // 4.5 standard deviations of a binomial distribution.
  for (const { length } of tenths) expect(Math.abs(length - 10_000)).toBeLessThan(4.5 * Math.sqrt(9_000));
});

test('costs are positive and finite, and half as much at twice the weight', () => {
  const salt = scrambled(hashOf('east/127.0.0.1:80'));
  for (const key of keysOf(10_000)) {
    const cost = costOf(hashOf(key), salt, 1);
    expect(cost > 0 && cost < 100).toBe(true);
    expect(costOf(hashOf(key), salt, 2)).toBe(cost / 2);
  }
});

/** The text whose UTF-16LE has these ASCII bytes; an even number of them. */
function fromBytes(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf16le');
}
