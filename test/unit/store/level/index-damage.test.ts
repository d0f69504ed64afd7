/** An index whose bytes were changed, one of store version 1, and one of more blocks than are held at once. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseQuery } from '../../../../core/index.ts';
import { LevelIndexLayer } from '../../../../store/index.ts';
import { type LevelFolder, openLevelFolder } from '../../../../store/level/level-folder.ts';
import { blockDigests, removeBlocks } from '../../../../store/level/posting-walk.ts';
import { digestsOf, hitsOf } from '../../../conformance/index-layer-probe.ts';
import { allPages, emptyFolder, SEGMENT } from '../../../support/store/index.ts';
import { equalTo, indexEntry } from '../../../support/store/index-entries.ts';

const ENTRIES = Array.from({ length: 30 }, (_, n) =>
  indexEntry(n, [
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
  expect(flipped).toBeGreaterThan(30);
  const layer = layerOf(path);
  const wanted = new Map(ENTRIES.map((entry) => [Buffer.from(entry.block).toString('hex'), layer.digest(entry)]));
  const held = await digestsOf(layer);
  const wrong = [...held].filter(([block, digest]) => wanted.get(block) !== digest).map(([block]) => block);
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

test('a few blocks of many are removed without a walk, with every entry of theirs', async () => {
  const path = await indexFolder();
  await withBytes(path, async (folder) => {
    // What is walked is judged by the tables: make some.
    await (folder as unknown as { compactRange(from: Buffer, to: Buffer): Promise<void> }).compactRange(
      Buffer.of(0),
      Buffer.of(0xff),
    );
    const gone = ENTRIES.slice(3, 5).map(({ block }) => block);
    await removeBlocks(folder, gone, 1);
    const left = (await allPages(blockDigests(folder))).flat();
    expect(left).toHaveLength(28);
    const layer = new LevelIndexLayer({ path });
    const wanted = new Set(ENTRIES.filter((_, n) => n < 3 || n > 4).map((entry) => layer.digest(entry)));
    expect(new Set(left.map(({ digest }) => digest))).toEqual(wanted);
  });
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

test('a segment of store version 1 answers what it has postings of, and leaves the rest', async () => {
  const path = await indexFolder();
  await withBytes(path, (folder) => folder.del(Buffer.of(0, 0)));
  const layer = layerOf(path);
  expect(await hitsOf(layer, parseQuery('status:500'))).toHaveLength(15);
  expect(await hitsOf(layer, equalTo('trace', 'd'.repeat(15).concat('1')))).toEqual(['1: 1']);
  for (const text of ['session:s-1', 'latency:>1ms', 'tenant:acme', 'NOT status:200', 'label.team:shop']) {
    expect([text, await hitsOf(layer, parseQuery(text))]).toEqual([text, undefined]);
  }
  expect(await hitsOf(layer, parseQuery('status:500 AND session:s-1'))).toHaveLength(15);
  // What is written into it later does not make it whole.
  await layer.put([indexEntry(40, [{ session: 's-1' }])], 'buffered');
  expect(await hitsOf(layer, parseQuery('session:s-1'))).toBeUndefined();
});
