import { expect, test } from 'vitest';
import { SendQueue } from '../../../emitter/send-queue.ts';
import { plannedSend } from '../../support/emitter/planned-send.ts';

function send(byteCount = 10, copy = 0) {
  return plannedSend({ copy, request: { byteCount } });
}

test('first in, first out, across growth and wrap', () => {
  const queue = new SendQueue({ maxCount: 1_000, maxBytes: 1_000_000 });
  let next = 0;
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 37; index++) expect(queue.offer(send(1, round * 37 + index))).toBe(true);
    for (let index = 0; index < 30; index++) expect(queue.shift()?.copy).toBe(next++);
  }
  expect(queue.length).toBe(140);
  expect(queue.peek()?.copy).toBe(next);
});

test('beyond either bound it answers false, and takes again when there is room', () => {
  const counted = new SendQueue({ maxCount: 2, maxBytes: 1_000 });
  expect([counted.offer(send()), counted.offer(send()), counted.offer(send())]).toEqual([true, true, false]);
  counted.shift();
  expect(counted.offer(send())).toBe(true);
  const weighed = new SendQueue({ maxCount: 100, maxBytes: 15 });
  expect([weighed.offer(send(500)), weighed.offer(send(1))]).toEqual([true, false]);
});
