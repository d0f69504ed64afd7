import { expect, test } from 'vitest';
import { parsePlan, resolveShapes } from '../../../../core/index.ts';

const recorded = { counts: [1, 0, 5], intervalMs: 1_000 };

test('a shape has the length of the recording, or the one it is given; other phases stay', () => {
  expect(resolveShapes(parsePlan('hold:1/1s,shape:500,shape:9/1m'), recorded)).toEqual([
    { kind: 'hold', perSecond: 1, durationMs: 1_000 },
    { kind: 'weights', perSecond: 500, weights: [1, 0, 5], durationMs: 3_000 },
    { kind: 'weights', perSecond: 9, weights: [1, 0, 5], durationMs: 60_000 },
  ]);
});

test('the shape of nothing is refused', () => {
  expect(() => resolveShapes(parsePlan('shape:1'), { counts: [0, 0], intervalMs: 1 })).toThrow('holds nothing to send');
});
