import { expect, test } from 'vitest';
import { PendingExchange } from '../../../../parser/http1/pending-exchange.ts';
import { PendingQueue } from '../../../../parser/http1/pending-queue.ts';

const pending = (offset: number) => new PendingExchange({ at: 1, flow: 'f', offset, index: 0 }, 'request');

test('what was put in first comes out first', () => {
  const queue = new PendingQueue();
  const [one, two, three] = [pending(1), pending(2), pending(3)] as const;
  queue.append(one);
  queue.append(two);
  expect([queue.first, queue.last, queue.length]).toEqual([one, two, 2]);
  expect(queue.shift()).toBe(one);
  queue.append(three);
  expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([two, three, undefined]);
  expect([queue.first, queue.last, queue.length]).toEqual([undefined, undefined, 0]);
});

test('what was taken out can be put in again', () => {
  const queue = new PendingQueue();
  const one = pending(1);
  queue.append(one);
  queue.append(pending(2));
  queue.append(queue.shift() as PendingExchange);
  expect(queue.last).toBe(one);
  expect(one.later).toBeUndefined();
  expect(queue.length).toBe(2);
});

test('cleared, it is as new', () => {
  const queue = new PendingQueue();
  queue.append(pending(1));
  queue.append(pending(2));
  queue.clear();
  expect([queue.first, queue.length]).toEqual([undefined, 0]);
});
