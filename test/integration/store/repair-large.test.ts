/** 100,000 exchanges whose index is wrong in every way end equal in one pass, beside an owner that writes. */
import { expect, test } from 'vitest';
import { foundDifferences, isBalanced } from '../../../store/index.ts';
import { REPAIR, repaired } from '../../support/store/care.ts';
import { emptyFolder, foundBy, HOUR, LATER_SEGMENT, numbered, opened, SEGMENT } from '../../support/store/index.ts';
import { blocksOf, indexOf, removeIndexOf, strangeEntry, withLayers } from '../../support/store/wrong-index.ts';

const COUNT = 100_000;
const BATCH = 2_000;

async function writtenStore(): Promise<string> {
  const path = await emptyFolder();
  const { store } = await opened(path);
  for (let first = 0; first < COUNT; first += BATCH) {
    // Half of them in each of two segments.
    await store.append(
      Array.from({ length: BATCH }, (_, i) => {
        const n = first + i;
        return numbered(n, n < COUNT / 2 ? n * 1000 : HOUR + n * 1000, { status: 200 + (n % 4) * 100 });
      }),
    );
  }
  await store.close();
  return path;
}

test('an index of 100,000 exchanges that is wrong in every way', async () => {
  const path = await writtenStore();
  const sound = await indexOf(path);
  const { missing, altered } = await withLayers(path, async (data, index) => {
    const blocks = await blocksOf(data, SEGMENT);
    const entriesOf = (from: number, to: number) => blocks.slice(from, to);
    // Half of a batch of 64 blocks, every 10th block altered, some that no data has.
    await index.remove(SEGMENT, entriesOf(0, 32));
    const changed = blocks.filter((_, n) => n >= 64 && n % 10 === 0);
    await index.put(
      changed.map((block) => strangeEntry(SEGMENT, block)),
      'buffered',
    );
    const strange = blocks.slice(40, 60).map((block, n) => {
      const key = Buffer.from(block);
      key.writeUIntBE(500_000 + n, 14, 6);
      return strangeEntry(SEGMENT, key);
    });
    await index.put(strange, 'buffered');
    return { missing: 32, altered: changed.length };
  });
  await removeIndexOf(path, LATER_SEGMENT);
  const { store, care } = await opened(path);
  const first = (await repaired(care)).ledger;
  expect(isBalanced(first)).toBe(true);
  const later = sound[LATER_SEGMENT]?.size ?? 0;
  expect(first).toMatchObject({ missing: missing + later, different: altered, dangling: 20, damaged: 0, inFlight: 0 });
  const second = (await repaired(care, { now: REPAIR.now + 1 })).ledger;
  expect(foundDifferences(second)).toBe(false);
  expect(second.equal).toBe(second.blocks);
  expect((await foundBy(store, { limit: 1 })).length).toBe(1);
  await store.close();
  expect(await indexOf(path)).toEqual(sound);
}, 120_000);
