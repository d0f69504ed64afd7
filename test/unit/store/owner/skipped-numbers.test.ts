import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LevelDataLayer } from '../../../../store/index.ts';
import { noteSkipped, readSkipped, withoutSkipped } from '../../../../store/owner/skipped-numbers.ts';
import { emptyFolder } from '../../../support/store/index.ts';

async function dataLayer(): Promise<LevelDataLayer> {
  const data = new LevelDataLayer({ path: join(await emptyFolder(), 'data') });
  onTestFinished(() => data.close());
  return data;
}

test('what is left of a range between skipped numbers', () => {
  const skipped = [
    { first: 3, last: 4 },
    { first: 8, last: 8 },
  ];
  const left = (first: number, last: number) => [...withoutSkipped({ first, last }, skipped)];
  expect(left(1, 10)).toEqual([
    { first: 1, last: 2 },
    { first: 5, last: 7 },
    { first: 9, last: 10 },
  ]);
  expect(left(3, 4)).toEqual([]);
  expect(left(4, 5)).toEqual([{ first: 5, last: 5 }]);
  expect(left(9, 9)).toEqual([{ first: 9, last: 9 }]);
});

test('each writer notes its own, once', async () => {
  const data = await dataLayer();
  await noteSkipped(data, 0, [{ first: 3, last: 4 }]);
  await noteSkipped(data, 0, [{ first: 3, last: 4 }]);
  await noteSkipped(data, 0, [{ first: 9, last: 9 }]);
  await noteSkipped(data, 7, [{ first: 1, last: 1 }]);
  expect(await readSkipped(data, 0)).toEqual([
    { first: 3, last: 4 },
    { first: 9, last: 9 },
  ]);
  expect(await readSkipped(data, 7)).toEqual([{ first: 1, last: 1 }]);
  expect(await readSkipped(data, 8)).toEqual([]);
});

test('however often a process is killed, what is noted stays within the size of a property', async () => {
  const data = await dataLayer();
  const ranges = Array.from({ length: 5_000 }, (_, n) => ({ first: 1e14 + n * 10, last: 1e14 + n * 10 + (n % 3) }));
  await noteSkipped(data, 0, ranges);
  const noted = await readSkipped(data, 0);
  expect(noted.length).toBeLessThanOrEqual(1_000);
  expect([noted[0]?.first, noted.at(-1)?.last]).toEqual([ranges[0]?.first, ranges.at(-1)?.last]);
  const isCovered = ({ first, last }: { first: number; last: number }) =>
    noted.some((one) => one.first <= first && last <= one.last);
  expect(ranges.every(isCovered)).toBe(true);
});
