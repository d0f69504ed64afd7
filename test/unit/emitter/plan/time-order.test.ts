import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { inTimeOrder, MAX_HELD_BYTES, WINDOW } from '../../../../emitter/plan/time-order.ts';
import { exchange, get, recording } from '../../../support/emitter/recording.ts';

async function ordered(exchanges: readonly Exchange[], pageSize = 100): Promise<{ times: number[]; pages: number }> {
  async function* pages() {
    for (let at = 0; at < exchanges.length; at += pageSize) {
      yield await Promise.resolve(exchanges.slice(at, at + pageSize));
    }
  }
  const times: number[] = [];
  let count = 0;
  for await (const page of inTimeOrder(pages())) {
    count++;
    times.push(...page.map((one) => one.id.at));
  }
  return { times, pages: count };
}

const sorted = (times: readonly number[]): number[] => times.toSorted((one, other) => one - other);

test('a request whose slow answer made it come last takes its place again', async () => {
  const all = recording({ count: 5_000 });
  const slow = [...all.slice(1, WINDOW), all[0] as Exchange, ...all.slice(WINDOW)];
  const { times } = await ordered(slow);
  expect(times).toEqual(sorted(times));
  expect(times).toHaveLength(5_000);
});

test('what comes too late is handed on late, and nothing is lost', async () => {
  const all = recording({ count: 3 * WINDOW });
  const { times } = await ordered([...all.slice(1), all[0] as Exchange]);
  expect(times).toHaveLength(3 * WINDOW);
  expect(times).not.toEqual(sorted(times));
  expect(sorted(times)).toEqual(all.map((one) => one.id.at));
});

test('large exchanges are not held beyond the bytes allowed', async () => {
  const large = Array.from({ length: 8 }, (_, index) =>
    exchange(get(index), { at: index, message: { byteCount: MAX_HELD_BYTES / 2 } }),
  );
  expect((await ordered(large, 1)).pages).toBeGreaterThan(3);
});
