import { expect, test } from 'vitest';
import { type Page, PageReader } from '../../../../emitter/plan/page-reader.ts';
import type { Batch } from '../../../../emitter/plan/recording.ts';
import { recording } from '../../../support/emitter/recording.ts';

const PAGE: Batch = { exchanges: recording({ count: 1 }), overlay: undefined };

/** Reads until the end, taking each page as soon as it is there. */
async function readAll(passes: number | 'forever', pagesAPass: number): Promise<{ pages: Page[]; opened: number }> {
  let opened = 0;
  const pages: Page[] = [];
  await new Promise<void>((resolve) => {
    async function* open() {
      opened++;
      for (let index = 0; index < pagesAPass; index++) yield await Promise.resolve(PAGE);
    }
    const reader = new PageReader(open, passes, () => {
      for (let page = reader.take(); page !== undefined; page = reader.take()) pages.push(page);
      if (reader.ended) resolve();
    });
    reader.start();
  });
  return { pages, opened };
}

test('every page of every pass comes once, in order', async () => {
  const { pages, opened } = await readAll(3, 4);
  expect(pages.map((page) => page.pass)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  expect(opened).toBe(3);
});

test('an empty recording is passed over once, however often it is to be looped', async () => {
  expect(await readAll('forever', 0)).toEqual({ pages: [], opened: 1 });
});

test('it reads no more than four pages ahead, and none after stop', async () => {
  let read = 0;
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        read++;
        return Promise.resolve({ value: PAGE, done: false as const });
      },
    }),
  };
  const came = new Promise<PageReader>((resolve) => {
    const reader: PageReader = new PageReader(
      () => source,
      1,
      () => read === 4 && resolve(reader),
    );
    reader.start();
  });
  const reader = await came;
  await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBe(4);
  reader.stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBe(4);
  expect(reader.ended).toBe(true);
});
