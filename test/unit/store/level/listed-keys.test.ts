/** Keys of a stretch by its lists, told from those walked by what LevelDB has to read. */
import { join } from 'node:path';
import { Level } from 'level';
import { expect, test } from 'vitest';
import type { DataEntry } from '../../../../core/index.ts';
import { isReservedKey, listBounds, MARK_KEY, readKeyList, toKeyLists } from '../../../../store/level/key-list.ts';
import { LevelDataLayer } from '../../../../store/level/level-data-layer.ts';
import { allPages, emptyFolder, SEGMENT } from '../../../support/store/index.ts';

const STRETCH = { segment: SEGMENT, from: Buffer.from('aaaa'), to: Buffer.from('aaab') };
const entry = (key: string): DataEntry => ({
  segment: SEGMENT,
  key: Buffer.from(key),
  value: Buffer.from(`of ${key}`),
});

async function keysOf(layer: LevelDataLayer, range: object = STRETCH): Promise<string[]> {
  const pages = await allPages(layer.keys({ segment: SEGMENT, ...range }));
  return pages.flat().map((key) => Buffer.from(key).toString());
}

/** The folder of the segment as LevelDB sees it, with the layer closed. */
async function changed(path: string, work: (folder: Level<Buffer, Buffer>) => Promise<void>): Promise<void> {
  const folder = new Level<Buffer, Buffer>(join(path, SEGMENT), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await folder.open();
  await work(folder);
  await folder.close();
}

async function written(path: string, puts: readonly (readonly string[])[]): Promise<void> {
  const layer = new LevelDataLayer({ path });
  for (const keys of puts) await layer.put(keys.map(entry), 'buffered');
  await layer.close();
}

test('lists name all keys of a stretch once, in their order, whatever was put when and again', async () => {
  const layer = new LevelDataLayer({ path: await emptyFolder() });
  for (const keys of [['aaaa3', 'aaaa1', 'aaac1'], ['aaaa2', 'aaa'], ['aaaa3'], ['aaaa3', 'aaaa1']]) {
    await layer.put(keys.map(entry), 'buffered');
  }
  expect(await keysOf(layer)).toEqual(['aaaa1', 'aaaa2', 'aaaa3']);
  expect(await keysOf(layer, { ...STRETCH, order: 'descending' })).toEqual(['aaaa3', 'aaaa2', 'aaaa1']);
  expect(await keysOf(layer, { from: Buffer.from('aaaa2'), to: Buffer.from('aaaa3') })).toEqual(['aaaa2']);
  expect(await keysOf(layer, {})).toEqual(['aaa', 'aaaa1', 'aaaa2', 'aaaa3', 'aaac1']);
  await layer.close();
});

test('a scan shows no list', async () => {
  const layer = new LevelDataLayer({ path: await emptyFolder() });
  await layer.put([entry('aaaa1')], 'buffered');
  const pages = await allPages(layer.scan({ segment: SEGMENT }));
  expect(pages.flat().map(({ key }) => Buffer.from(key).toString())).toEqual(['aaaa1']);
  await layer.close();
});

test('a stretch is read by its lists alone', async () => {
  const path = await emptyFolder();
  await written(path, [['aaaa1', 'aaaa2']]);
  await changed(path, (folder) => folder.del(Buffer.from('aaaa1')));
  const layer = new LevelDataLayer({ path });
  expect(await keysOf(layer)).toEqual(['aaaa1', 'aaaa2']);
  await layer.close();
});

test('a folder of a build without lists is walked, before and after more is put', async () => {
  const path = await emptyFolder();
  await changed(path, (folder) => folder.put(Buffer.from('aaaa1'), Buffer.from('old')));
  const layer = new LevelDataLayer({ path });
  expect(await keysOf(layer)).toEqual(['aaaa1']);
  await layer.put([entry('aaaa2')], 'buffered');
  expect(await keysOf(layer)).toEqual(['aaaa1', 'aaaa2']);
  await layer.close();
});

test('a damaged list has its stretch walked', async () => {
  const path = await emptyFolder();
  await written(path, [['aaaa1', 'aaaa2']]);
  await changed(path, async (folder) => {
    for await (const [key, value] of folder.iterator()) {
      if (!isReservedKey(key) || key.equals(MARK_KEY)) continue;
      await folder.put(key, Buffer.from(value.map((byte, at) => (at === 6 ? byte ^ 1 : byte))));
    }
  });
  const layer = new LevelDataLayer({ path });
  expect(await keysOf(layer)).toEqual(['aaaa1', 'aaaa2']);
  await layer.close();
});

test('lists stand at the start of their stretch, and are told from keys of any other form', () => {
  const [list] = toKeyLists([Buffer.from('aaaa\x00\x00')]);
  if (list === undefined) throw new Error('no list');
  const { from, to } = listBounds(0x61616161);
  expect(from.compare(list.key) <= 0 && list.key.compare(to) < 0).toBe(true);
  expect(isReservedKey(list.key)).toBe(true);
  expect(readKeyList(list)).toEqual([Buffer.from('aaaa\x00\x00')]);
  for (let end = 0; end < list.value.length; end++) {
    expect(readKeyList({ key: list.key, value: list.value.subarray(0, end) })).toBeUndefined();
  }
  expect(isReservedKey(Buffer.alloc(21))).toBe(false);
});
