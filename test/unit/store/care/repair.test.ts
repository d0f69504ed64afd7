/** The index is made to agree with the data, however wrong it is; what is only on its way is no alarm. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LocalCare } from '../../../../store/care/index.ts';
import { foundDifferences, isBalanced, type RepairProgress, type ReportDamage } from '../../../../store/index.ts';
import { BlockReader } from '../../../../store/read/block-reader.ts';
import { assembled } from '../../../support/store/assembled.ts';
import { lastOf, REPAIR, repaired } from '../../../support/store/care.ts';
import type { FaultyIndex } from '../../../support/store/faulty-index.ts';
import {
  emptyFolder,
  foundBy,
  HOUR,
  LATER_SEGMENT,
  numbered,
  numberedUpTo,
  opened,
  SEGMENT,
} from '../../../support/store/index.ts';
import { blocksOf, indexOf, removeIndexOf, strangeEntry, withLayers } from '../../../support/store/wrong-index.ts';

const COUNT = 1280;
const BLOCKS = COUNT / 64;

/** Two segments of 20 blocks each. */
async function writtenStore(): Promise<string> {
  const path = await emptyFolder();
  const { store } = await opened(path);
  await store.append([
    ...numberedUpTo(COUNT),
    ...Array.from({ length: COUNT }, (_, n) => numbered(COUNT + n, HOUR + n * 1000)),
  ]);
  await store.close();
  return path;
}

async function repair(path: string, dryRun = false): Promise<RepairProgress> {
  const { store, care } = await opened(path);
  const progress = await repaired(care, { dryRun });
  await store.close();
  expect(isBalanced(progress.ledger), JSON.stringify(progress.ledger)).toBe(true);
  return progress;
}

test('a store whose index agrees: everything is equal', async () => {
  const path = await writtenStore();
  const { ledger, done, segments } = await repair(path);
  expect(ledger).toMatchObject({ segments: 2, blocks: 2 * BLOCKS, equal: 2 * BLOCKS });
  expect(foundDifferences(ledger)).toBe(false);
  expect([done, segments]).toEqual([2, 2]);
});

test('missing, different, dangling, foreign and a deleted index in one pass; a second pass finds nothing', async () => {
  const path = await writtenStore();
  const sound = await indexOf(path);
  await withLayers(path, async (data, index) => {
    const blocks = await blocksOf(data, SEGMENT);
    await index.remove(SEGMENT, blocks.slice(0, 3));
    await index.remove(SEGMENT, blocks.slice(3, 5));
    // One has another's documents, one has more than its own.
    await index.put(
      [strangeEntry(SEGMENT, blocks[3] as Uint8Array), strangeEntry(SEGMENT, blocks[5] as Uint8Array)],
      'buffered',
    );
    const dangling = Buffer.from(blocks[6] as Uint8Array);
    dangling.writeUIntBE(99_999, 14, 6);
    await index.put([strangeEntry(SEGMENT, dangling), strangeEntry(SEGMENT, Buffer.alloc(21, 0xff))], 'buffered');
    await index.put([strangeEntry('20200101T000000Z', dangling)], 'buffered');
  });
  await removeIndexOf(path, LATER_SEGMENT);
  const first = await repair(path);
  expect(first.ledger).toMatchObject({
    blocks: 2 * BLOCKS,
    missing: 4 + BLOCKS,
    different: 2,
    dangling: 2,
    droppedSegments: 1,
  } satisfies Partial<typeof first.ledger>);
  expect(await indexOf(path)).toEqual(sound);
  const second = await repair(path);
  expect(second.ledger).toMatchObject({ equal: 2 * BLOCKS, blocks: 2 * BLOCKS });
  expect(foundDifferences(second.ledger)).toBe(false);
});

test('an index that cannot be opened is made anew', async () => {
  const path = await writtenStore();
  const sound = await indexOf(path);
  await writeFile(join(path, 'index', SEGMENT, 'CURRENT'), 'MANIFEST-999999\n');
  const { ledger } = await repair(path);
  expect(ledger).toMatchObject({ rebuiltSegments: 1, missing: BLOCKS, equal: BLOCKS });
  expect(await indexOf(path)).toEqual(sound);
});

test('a dry run tells the same and changes nothing', async () => {
  const path = await writtenStore();
  await withLayers(path, async (data, index) => {
    await index.remove(SEGMENT, (await blocksOf(data, SEGMENT)).slice(0, 3));
    await index.put([strangeEntry('20200101T000000Z', Buffer.alloc(21))], 'buffered');
  });
  await writeFile(join(path, 'index', LATER_SEGMENT, 'CURRENT'), 'MANIFEST-999999\n');
  const told = await repair(path, true);
  expect(told.ledger).toMatchObject({ missing: 3 + BLOCKS, droppedSegments: 1, rebuiltSegments: 1 });
  expect((await repair(path)).ledger).toEqual(told.ledger);
});

test('a segment with more blocks than a table holds is gone over in shares', async () => {
  const path = await writtenStore();
  const sound = await indexOf(path);
  const pauses: number[] = [];
  const ledger = await withLayers(path, async (data, index) => {
    const blocks = await blocksOf(data, SEGMENT);
    await index.remove(SEGMENT, blocks.slice(0, 12));
    await index.drop(LATER_SEGMENT);
    const pause = async (millis: number) => void pauses.push(millis);
    const readerFor = (report: ReportDamage) => new BlockReader(data, report);
    const care = new LocalCare({ data, index, readerFor, segmentMicros: HOUR, pause, maxTableBlocks: 3 });
    return (await repaired(care)).ledger;
  });
  expect(ledger).toMatchObject({ missing: 12 + BLOCKS, equal: BLOCKS - 12, blocks: 2 * BLOCKS });
  expect(await indexOf(path)).toEqual(sound);
  expect(pauses.length).toBeGreaterThan(0);
});

test('only blocks of the time asked for are looked at', async () => {
  const path = await writtenStore();
  await removeIndexOf(path, SEGMENT);
  await removeIndexOf(path, LATER_SEGMENT);
  const { care } = await opened(path);
  const since = numbered(0, HOUR).id.at;
  const { ledger } = await repaired(care, { since });
  expect(ledger).toMatchObject({ segments: 1, blocks: BLOCKS, missing: BLOCKS });
});

test('a repair that was left goes on behind the last segment it had done', async () => {
  const path = await writtenStore();
  await removeIndexOf(path, SEGMENT);
  await removeIndexOf(path, LATER_SEGMENT);
  const { care } = await opened(path);
  for await (const { segment } of care.repair(REPAIR)) if (segment === LATER_SEGMENT) break;
  const { ledger, resumedFrom } = await repaired(care);
  expect(resumedFrom).toBe(REPAIR.now);
  expect(ledger).toMatchObject({ segments: 2, blocks: 2 * BLOCKS, missing: 2 * BLOCKS });
  expect((await repaired(care)).resumedFrom).toBeUndefined();
});

test('a damaged block is told and left as it is', async () => {
  const path = await writtenStore();
  await withLayers(path, async (data) => {
    const [block] = await blocksOf(data, SEGMENT);
    await data.put([{ segment: SEGMENT, key: block as Uint8Array, value: Buffer.from('rubbish') }], 'synced');
  });
  const { care } = await opened(path);
  const texts: string[] = [];
  const { ledger } = await lastOf(care.repair(REPAIR, (damage) => texts.push(damage.text)));
  expect(ledger).toMatchObject({ damaged: 1, equal: 2 * BLOCKS - 1 });
  expect(texts).toEqual([expect.stringContaining('damaged')]);
});

test('through the socket, while the owner writes: no false alarm, nothing lost', async () => {
  const path = await emptyFolder();
  const { store } = await opened(path, { flushIntervalMs: 5 });
  const client = await opened(path);
  expect(client.role).toBe('client');
  let writing = true;
  const writer = (async () => {
    let n = 0;
    while (writing) {
      await store.append(Array.from({ length: 256 }, () => numbered(n, n++ * 100)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await store.flush();
    return n;
  })();
  for (let round = 0; round < 3; round++) {
    const { ledger } = await repaired(client.care, { now: REPAIR.now + round });
    expect(foundDifferences(ledger), JSON.stringify(ledger)).toBe(false);
    expect(isBalanced(ledger)).toBe(true);
  }
  writing = false;
  const count = await writer;
  expect((await foundBy(client.store)).length).toBe(count);
});

test('a caller that leaves interrupts what it asked for', async () => {
  const path = await writtenStore();
  await opened(path);
  const client = await opened(path);
  for await (const { done } of client.care.repair({ ...REPAIR, blocksPerSecond: 64 })) if (done === 0) break;
  const { ledger, resumedFrom } = await repaired(client.care);
  expect(resumedFrom).toBeUndefined();
  expect(ledger.equal).toBe(2 * BLOCKS);
});

test('a segment of the index that became unreadable on the way ended the repair', async () => {
  const path = await emptyFolder();
  const { store, care, index } = await assembled(path, { options: { blockExchanges: 4 } });
  await store.append(numberedUpTo(80));
  await store.flush();
  const blocks = await withoutClosing(index, SEGMENT);
  await index.remove(SEGMENT, blocks.slice(3, 6));
  index.damageContents(2);
  const { ledger } = await repaired(care);
  expect(ledger).toMatchObject({ rebuiltSegments: 1, blocks: 20, equal: 0, missing: 20 });
  expect(isBalanced(ledger)).toBe(true);
  expect(foundDifferences((await repaired(care)).ledger)).toBe(false);
});

async function withoutClosing(index: FaultyIndex, segment: string): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  for await (const page of index.contents(segment)) for (const { block } of page) blocks.push(block);
  return blocks;
}
