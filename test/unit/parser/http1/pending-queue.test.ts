import { expect, test } from 'vitest';
import { lostRequests, PendingExchange } from '../../../../parser/http1/pending-exchange.ts';
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

test('all taken out, it is as new', () => {
  const queue = new PendingQueue();
  const [one, two] = [pending(1), pending(2)];
  queue.append(one);
  queue.append(two);
  expect(queue.takeAll()).toEqual([one, two]);
  expect([queue.first, queue.length]).toEqual([undefined, 0]);
});

test('empty places are counted, and removed', () => {
  const queue = new PendingQueue();
  const [one, two] = [pending(1), pending(2)];
  queue.append(one);
  queue.append(lostRequests('f', 2));
  queue.append(two);
  expect([queue.count('lost-requests'), queue.has('lone-response'), queue.leastCount]).toEqual([1, false, 2]);
  queue.remove('lost-requests');
  expect([queue.takeAll(), queue.has('lost-requests')]).toEqual([[one, two], false]);
});

test('what all ask for is known only where they agree', () => {
  const queue = new PendingQueue();
  expect(queue.commonKind).toBe('plain');
  queue.append(Object.assign(pending(1), { kind: 'head' as const }));
  expect(queue.commonKind).toBe('head');
  queue.append(pending(2));
  expect(queue.commonKind).toBe('plain');
});
