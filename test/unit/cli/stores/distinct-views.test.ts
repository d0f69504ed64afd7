import { expect, test } from 'vitest';
import { distinctRecording, findDistinct } from '../../../../cli/stores/distinct-views.ts';
import type { Exchange, ScanReport, Selection } from '../../../../core/index.ts';
import { emptyFolder, ids, numbered, opened } from '../../../support/store/index.ts';

/** Calls, each seen by its caller and 30 µs later by its callee. */
async function storeOf(calls: number) {
  const callers = Array.from({ length: calls }, (_, n) => numbered(n, n * 20));
  const callees = callers.map(
    (one): Exchange => ({ ...one, id: { ...one.id, at: one.id.at + 30 }, service: 'callee' }),
  );
  const { store } = await opened(await emptyFolder());
  await store.append([...callers, ...callees]);
  const found = async (selection: Selection): Promise<{ found: string[]; read: ScanReport | undefined }> => {
    const { pages, read } = findDistinct(store, selection);
    const all: Exchange[] = [];
    for await (const page of pages) all.push(...page);
    return { found: ids(all), read: read() };
  };
  return { store, callers, callees, found };
}

test('each exchange once, the first view in the order asked', async () => {
  const { callers, callees, found } = await storeOf(300);
  const { found: all, read } = await found({});
  expect(all).toEqual(ids(callers));
  expect(read).toMatchObject({ exchanges: 600, found: 600 });
  expect((await found({ order: 'newest-first' })).found).toEqual(ids(callees.toReversed()));
});

test('a limit counts what is left, and the search goes on until it is reached', async () => {
  const { callers, found } = await storeOf(300);
  for (const limit of [1, 2, 7, 299, 300, 301]) {
    expect((await found({ limit })).found).toEqual(ids(callers.slice(0, limit)));
  }
});

test('pages joined by their cursors are the whole, wherever a page ends', async () => {
  const { callers, callees, found } = await storeOf(40);
  for (const order of ['oldest-first', 'newest-first'] as const) {
    const wanted = order === 'oldest-first' ? callers : callees.toReversed();
    for (const limit of [1, 3, 10]) {
      const all: string[] = [];
      let after: Exchange['id'] | undefined;
      for (let page = 0; page < 40; page++) {
        const { found: one } = await found({ order, limit, ...(after === undefined ? {} : { after }) });
        if (one.length === 0) break;
        all.push(...one);
        after = wanted.find(({ id }) => ids([{ id } as Exchange])[0] === one.at(-1))?.id;
      }
      expect(all).toEqual(ids(wanted));
    }
  }
});

test('a call that was captured at both ends is sent once, whatever parts the recording is read in', async () => {
  const { store, callers } = await storeOf(100);
  const start = callers[0]?.id.at ?? 0;
  const end = start + 100 * 20 + 40;
  const whole = { since: start };
  const recording = distinctRecording(store, whole);
  for (const length of [7, 25, 100, 10_000]) {
    const all: Exchange[] = [];
    for (let since = start; since < end; since += length) {
      for await (const page of recording.find({ since, until: since + length })) all.push(...page);
    }
    expect(ids(all)).toEqual(ids(callers));
  }
});

test('a view whose other one is not asked for is sent', async () => {
  const { store, callers, callees } = await storeOf(3);
  const since = (callers[0]?.id.at ?? 0) + 1;
  const all: Exchange[] = [];
  for await (const page of distinctRecording(store, { since }).find({ since })) all.push(...page);
  expect(ids(all)).toEqual(ids([callers[1], callees[0], callers[2]] as Exchange[]));
});
