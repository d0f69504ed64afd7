import { expect, test } from 'vitest';
import { shardOf } from '../../../../emitter/plan/shard.ts';

test('keys that differ in a digit are spread evenly over the shards', () => {
  for (const count of [2, 3, 7, 8]) {
    const shares = new Array<number>(count).fill(0);
    for (let index = 0; index < 10_000; index++) (shares[shardOf(`192.0.2.7#${index}`, count)] as number) += 1;
    const mean = 10_000 / count;
    for (const share of shares) expect(Math.abs(share - mean)).toBeLessThan(5 * Math.sqrt(mean));
  }
});

test('every process agrees on the shard of a key', () => {
  expect(['', 'a', '9f86d081884c7d65', 'schlüssel'].map((key) => shardOf(key, 1_024))).toEqual([11, 435, 225, 787]);
});
