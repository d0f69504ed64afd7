import { expect, test } from 'vitest';
import { RateCap } from '../../../../emitter/live/rate-cap.ts';

function taken(cap: RateCap, everyMicros: number, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) if (cap.takes(index * everyMicros)) sum++;
  return sum;
}

test('an even rate under the cap passes whole', () => expect(taken(new RateCap(100), 10_000, 500)).toBe(500));

test('twice the cap for ten seconds passes the cap and one burst', () => {
  expect(taken(new RateCap(100), 5_000, 2_000)).toBe(1_000 + 10);
});

test('a burst at one moment passes a tenth of a second of the cap and the one that is due', () => {
  expect(taken(new RateCap(1_000), 0, 5_000)).toBe(101);
});
