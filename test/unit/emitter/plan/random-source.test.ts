import { expect, test } from 'vitest';
import { RandomSource } from '../../../../emitter/plan/random-source.ts';

test('a seed gives the same numbers for ever', () => {
  const random = new RandomSource(42);
  expect(Array.from({ length: 4 }, () => random.next() * 0x1_0000_0000)).toEqual([
    1264412219, 1947509147, 3919439299, 1251167922,
  ]);
});

test('neighbouring seeds have nothing in common', () => {
  const firsts = Array.from({ length: 1_000 }, (_, seed) => new RandomSource(seed).next());
  expect(new Set(firsts).size).toBe(1_000);
  const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});
