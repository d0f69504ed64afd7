/** An index whose bytes were changed, one of an earlier build, blocks put again otherwise, more blocks than are held. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseQuery } from '../../../../core/index.ts';
import { LevelIndexLayer } from '../../../../store/index.ts';
import { blockDigests } from '../../../../store/level/index-contents.ts';
import { type LevelFolder, openLevelFolder } from '../../../../store/level/level-folder.ts';
import { digestsOf, hitsOf } from '../../../conformance/index-layer-probe.ts';
import { allPages, emptyFolder, SEGMENT } from '../../../support/store/index.ts';
import { indexEntry } from '../../../support/store/index-entries.ts';

/** Ten slices of three blocks. */
const ENTRIES = Array.from({ length: 30 }, (_, n) =>
  indexEntry(n + 97 * Math.floor(n / 3), [
    { session: `s-${n}`, traceId: n.toString(16).padStart(32, 'c'), status: n % 2 === 0 ? 200 : 500 },
    { traceId: n.toString(16).padStart(16, 'd') },
  ]),
);

/** A folder with an index of {@link ENTRIES}, and a way to look at it as a layer and to write its bytes. */
async function indexFolder(): Promise<string> {
  const path = join(await emptyFolder(), 'index');
  const layer = new LevelIndexLayer({ path });
  await layer.put(ENTRIES, 'synced');
  await layer.close();
  return path;
}

async function withBytes<T>(path: string, work: (folder: LevelFolder) => Promise<T>): Promise<T> {
  const folder = await openLevelFolder(join(path, SEGMENT), { writeBufferBytes: 1024 * 1024, cacheBytes: 1024 * 1024 });
  try {
    return await work(folder);
  } finally {
    await folder.close();
  }
}

function layerOf(path: string): LevelIndexLayer {
  const layer = new LevelIndexLayer({ path });
  onTestFinished(() => layer.close());
  return layer;
}

test('any flipped byte of a key or a value shows in the digests, and is mended by removing and putting again', async () => {
  const path = await indexFolder();
  const flipped = await withBytes(path, async (folder) => {
    const entries = await folder.iterator({ gt: Buffer.of(0, 0) }).all();
    const changed = entries.filter((_, n) => n % 7 === 0);
    for (const [n, [key, value]] of changed.entries()) {
      const at = n % (key.length + value.length);
      const bytes = Buffer.concat([key, value]);
      bytes[at] = (bytes[at] as number) ^ 0x11;
      await folder.del(key);
      await folder.put(bytes.subarray(0, key.length), bytes.subarray(key.length));
    }
    return changed.length;
  });
  expect(flipped).toBeGreaterThan(20);
  const layer = layerOf(path);
  const wanted = new Map(ENTRIES.map((entry) => [Buffer.from(entry.block).toString('hex'), layer.digest(entry)]));
  const held = await digestsOf(layer);
  const wrong = [...wanted].filter(([block, digest]) => held.get(block) !== digest).map(([block]) => block);
  expect(wrong.length).toBeGreaterThan(20);
  for (const text of ['status:500', 'NOT status:200', 'session:*', 'operation:GET*', 'latency:>1ms', 'trace:c*']) {
    await hitsOf(layer, parseQuery(text));
  }
  await layer.remove(
    SEGMENT,
    wrong.map((block) => Buffer.from(block, 'hex')),
  );
  await layer.put(ENTRIES, 'buffered');
  expect(await digestsOf(layer)).toEqual(wanted);
});

test('a segment whose mark was lost is read, and told to be made anew', async () => {
  const path = await indexFolder();
  await withBytes(path, (folder) => folder.del(Buffer.of(0, 0)));
  const layer = layerOf(path);
  for (const text of ['status:500', 'trace:d000000000000001', 'NOT status:200', 'session:s-1']) {
    expect([text, await hitsOf(layer, parseQuery(text))]).toEqual([text, undefined]);
  }
  await expect(digestsOf(layer)).rejects.toMatchObject({ code: 'STORE_CORRUPT_SEGMENT' });
  // What is written into it later does not make it whole.
  await layer.put([indexEntry(40, [{ session: 's-1' }])], 'buffered');
  expect(await hitsOf(layer, parseQuery('session:s-1'))).toBeUndefined();
  await layer.drop(SEGMENT);
  await layer.put(ENTRIES, 'buffered');
  expect(await hitsOf(layer, parseQuery('session:s-1'))).toHaveLength(1);
});

test('blocks put again, cut otherwise, count once', async () => {
  const layer = layerOf(await indexFolder());
  const before = await digestsOf(layer);
  const queries = ['status:500', 'NOT status:500', 'session:*', 'latency:>1ms AND NOT trace:c*', 'verb:GET'];
  const answers = async () => Promise.all(queries.map((text) => hitsOf(layer, parseQuery(text))));
  const answered = await answers();
  for (const entry of ENTRIES.slice(4, 9)) await layer.put([entry], 'buffered');
  await layer.put(ENTRIES.slice(7, 20), 'buffered');
  await layer.put(ENTRIES.toReversed(), 'buffered');
  expect(await digestsOf(layer)).toEqual(before);
  expect(await answers()).toEqual(answered);
  expect(await layer.count({ segment: SEGMENT, where: parseQuery('verb:GET') })).toBe(60);
});

test('a block that two groups tell otherwise has the digest of neither', async () => {
  const layer = layerOf(await indexFolder());
  const [entry] = ENTRIES as [(typeof ENTRIES)[0]];
  const otherwise = { ...entry, documents: entry.documents.map((each) => ({ ...each, status: 404 })) };
  await layer.put([otherwise], 'buffered');
  const key = Buffer.from(entry.block).toString('hex');
  expect([layer.digest(entry), layer.digest(otherwise)]).not.toContain((await digestsOf(layer)).get(key));
  await layer.remove(SEGMENT, [entry.block]);
  expect((await digestsOf(layer)).has(key)).toBe(false);
  expect(await hitsOf(layer, parseQuery('status:404'))).toEqual([]);
  await layer.put([entry], 'buffered');
  expect((await digestsOf(layer)).get(key)).toBe(layer.digest(entry));
  expect(await hitsOf(layer, parseQuery('status:404'))).toEqual([]);
});

test('more groups than a page in one slice are told in the order of their blocks, both ways', async () => {
  const layer = layerOf(join(await emptyFolder(), 'index'));
  const many = Array.from({ length: 90 }, (_, n) => indexEntry((n * 7) % 90, [{ status: 200 + (n % 2) }]));
  for (const entry of many) await layer.put([entry], 'buffered');
  for (const order of ['ascending', 'descending'] as const) {
    const hits = (await hitsOf(layer, parseQuery('status:200 OR status:201'), { order })) ?? [];
    const numbers = hits.map((hit) => Number(hit.split(':')[0]));
    const rising = Array.from({ length: 90 }, (_, n) => n);
    expect(numbers).toEqual(order === 'ascending' ? rising : rising.reverse());
  }
});

test('more blocks than are held at once are told in parts, each once', async () => {
  const path = await indexFolder();
  await withBytes(path, async (folder) => {
    const whole = (await allPages(blockDigests(folder))).flat();
    const parts = (await allPages(blockDigests(folder, 4))).flat();
    const inOrder = (blocks: typeof whole): string[] =>
      blocks.map(({ block, digest }) => `${Buffer.from(block).toString('hex')} ${digest}`).sort();
    expect(inOrder(parts)).toEqual(inOrder(whole));
    expect(parts).toHaveLength(30);
  });
});
