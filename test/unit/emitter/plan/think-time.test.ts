import { expect, test } from 'vitest';
import type { Exchange, Message } from '../../../../core/index.ts';
import { ThinkTimes } from '../../../../emitter/plan/think-time.ts';
import { exchange, get, RECORDED_AT } from '../../../support/emitter/recording.ts';

/** A request at this many µs, answered until that many; without an answer where it is undefined. */
function asked(at: number, answeredAt?: number): Exchange {
  const one = exchange(get(0), { at: RECORDED_AT + at });
  const response = { ...(one.request as Message), lastByteAt: RECORDED_AT + (answeredAt ?? 0) };
  return answeredAt === undefined ? one : { ...one, response };
}

test('the pause begins at the end of the answer, or of the request where nothing is answered', () => {
  const think = new ThinkTimes(1);
  expect(think.next('a', asked(0, 300))).toBe(0);
  expect(think.next('a', asked(1_000))).toBe(700);
  expect(think.next('a', asked(1_500, 1_600))).toBe(500);
});

test('it is divided by the speed, and never negative', () => {
  const think = new ThinkTimes(10);
  think.next('a', asked(0, 500));
  expect(think.next('a', asked(100, 900))).toBe(0);
  expect(think.next('a', asked(1_000))).toBe(10);
});

test('sessions not asked for lately are forgotten, others never', () => {
  const think = new ThinkTimes(1, 2);
  think.next('a', asked(0, 0));
  think.next('b', asked(0, 0));
  expect(think.next('a', asked(10, 10))).toBe(10);
  think.next('c', asked(10, 10));
  expect(think.next('a', asked(20, 20))).toBe(10);
  think.next('d', asked(20, 20));
  think.next('e', asked(20, 20));
  expect(think.next('b', asked(30, 30))).toBe(0);
  expect(think.next('e', asked(30, 30))).toBe(10);
});
