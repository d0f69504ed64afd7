import { expect, test } from 'vitest';
import { timerFor } from '../../../emitter/pacer.ts';

test('the last 1.5 ms are spent in turns, longer waits in a timer that ends before', () => {
  expect([0, -5, 100, 1_500, 2_499].map(timerFor)).toEqual([0, 0, 0, 0, 0]);
  expect([2_500, 10_000, 1_000_000].map(timerFor)).toEqual([1, 8, 998]);
});

test('a wait of months fits a timer of Node', () => expect(timerFor(1e15)).toBe(0x7fffffff));
