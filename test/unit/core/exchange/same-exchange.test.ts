import { expect, test } from 'vitest';
import { callersView, isSameExchange, SeenViews } from '../../../../core/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../../../support/exchanges/index.ts';

const { id } = exchange();
const SECOND = 1_000_000;

test('views differ in time alone, and by ten seconds at most', () => {
  expect(isSameExchange(id, { ...id, at: id.at + 10 * SECOND })).toBe(true);
  expect(isSameExchange(id, { ...id, at: id.at - 10 * SECOND })).toBe(true);
  expect(isSameExchange(id, { ...id, at: id.at + 10 * SECOND + 1 })).toBe(false);
  expect(isSameExchange(id, { ...id, index: 1 })).toBe(false);
  expect(isSameExchange(id, { ...id, offset: 75 })).toBe(false);
  expect(isSameExchange(id, { ...id, flow: '0'.repeat(16) })).toBe(false);
});

const took = (micros: number, vantage: 'unknown' | 'caller' | 'callee') =>
  exchange({
    flow: flow({ vantage }),
    response: message('HTTP/1.1 200 OK\r\n\r\n', '', { lastByteAt: NOON_MICROS + micros }),
  });

test("the caller's view is that of its end, otherwise the one that took longer", () => {
  for (const [one, other] of [
    [took(5, 'caller'), took(9, 'callee')],
    [took(5, 'caller'), took(9, 'unknown')],
    [took(5, 'unknown'), took(9, 'callee')],
    [took(9, 'unknown'), took(5, 'unknown')],
    [took(5, 'unknown'), { ...took(9, 'unknown'), response: undefined }],
  ] as const) {
    expect(callersView(one, other)).toBe(one);
    expect(callersView(other, one)).toBe(one);
  }
});

test.each([1, -1])('a stream in the order of time (%i) has each exchange once', (sign) => {
  const seen = new SeenViews();
  const at = (micros: number) => ({ ...id, at: id.at + sign * micros });
  expect(seen.isRepeated(at(0))).toBe(false);
  expect(seen.isRepeated({ ...at(5), offset: 99 })).toBe(false);
  expect(seen.isRepeated(at(30))).toBe(true);
  expect(seen.isRepeated(at(11 * SECOND))).toBe(false);
  expect(seen.isRepeated(at(11 * SECOND + 5))).toBe(true);
});
