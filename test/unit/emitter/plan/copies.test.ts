import { expect, test } from 'vitest';
import { CopyCounter } from '../../../../emitter/plan/copies.ts';

function copies(times: number, requests: number): number[] {
  const counter = new CopyCounter(times);
  return Array.from({ length: requests }, () => counter.next());
}

test('whole times give that many of each', () => expect(copies(2, 4)).toEqual([2, 2, 2, 2]));
test('3.5 gives every second request a fourth copy', () => expect(copies(3.5, 4)).toEqual([3, 4, 3, 4]));
test('a quarter takes every fourth request', () => expect(copies(0.25, 8)).toEqual([0, 0, 0, 1, 0, 0, 0, 1]));
