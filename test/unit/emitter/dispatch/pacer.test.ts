import { expect, test } from 'vitest';
import { timerFor } from '../../../../emitter/dispatch/pacer.ts';

test('the last 1.5 ms are spent in turns, longer waits in a timer that ends before', () => {
  expect([0, -5, 100, 1_500, 2_499].map((wait) => timerFor(wait, 'fine'))).toEqual([0, 0, 0, 0, 0]);
  expect([2_500, 10_000, 1_000_000].map((wait) => timerFor(wait, 'fine'))).toEqual([1, 8, 998]);
});

test('coarse pacing never spends turns: what is not due yet gets a timer', () => {
  expect([0, -5, 1, 999, 1_001, 10_000].map((wait) => timerFor(wait, 'coarse'))).toEqual([0, 0, 1, 1, 2, 10]);
});

test('a wait of months fits a timer of Node', () => expect(timerFor(1e15, 'fine')).toBe(0x7fffffff));
