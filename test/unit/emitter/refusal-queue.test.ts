import { expect, test } from 'vitest';
import { RefusalQueue } from '../../../emitter/refusal-queue.ts';
import { exchange, get } from '../../support/emitter/recording.ts';

function refusals() {
  const counted: string[] = [];
  const queue = new RefusalQueue(({ exchange: { operation } }) => counted.push(operation));
  const refuse = (name: string, behind: number) =>
    queue.refuse({ exchange: exchange(get(0), { operation: name }), copies: 1, reason: 'write-not-allowed' }, behind);
  return { counted, queue, refuse };
}

test('a refusal counts when the sends before it were taken', () => {
  const { counted, queue, refuse } = refusals();
  refuse('first', 0);
  expect(counted).toEqual(['first']);
  refuse('behind one', 1);
  refuse('behind one too', 1);
  refuse('behind three', 3);
  expect(counted).toEqual(['first']);
  queue.taken();
  expect(counted).toEqual(['first', 'behind one', 'behind one too']);
  queue.taken();
  queue.taken();
  expect(counted.at(-1)).toBe('behind three');
});

test('what waits when a run is stopped is no part of it', () => {
  const { counted, queue, refuse } = refusals();
  refuse('planned ahead', 1);
  queue.clear();
  queue.taken();
  expect(counted).toEqual([]);
});

test('a recording of nothing but writes takes no memory without bound: the oldest count early', () => {
  const { counted, queue, refuse } = refusals();
  for (let index = 0; index < 200_000; index++) refuse(`${index}`, 1);
  expect(counted).toHaveLength(200_000 - 65_536);
  queue.taken();
  expect(counted).toEqual(Array.from({ length: 200_000 }, (_, index) => `${index}`));
});
