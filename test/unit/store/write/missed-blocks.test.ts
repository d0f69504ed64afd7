import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MissedBlocks } from '../../../../store/write/missed-blocks.ts';
import { emptyFolder, LATER_SEGMENT, SEGMENT } from '../../../support/store/index.ts';

const key = (n: number): Buffer => Buffer.from(String(n).padStart(21, '0'));
const keysUpTo = (count: number): Buffer[] => Array.from({ length: count }, (_, n) => key(n));

async function opened(path: string, maxBlocks?: number): Promise<MissedBlocks> {
  const missed = await MissedBlocks.open(path, maxBlocks);
  onTestFinished(() => missed.close().catch(() => {}));
  return missed;
}

async function reopened(missed: MissedBlocks, path: string): Promise<MissedBlocks> {
  await missed.write(missed.cut());
  await missed.close();
  return await opened(path);
}

test('what is missed and not indexed is known after it is opened again', async () => {
  const path = await emptyFolder();
  const missed = await opened(path);
  missed.add(SEGMENT, keysUpTo(3));
  missed.add(LATER_SEGMENT, [key(9)]);
  missed.add(SEGMENT, [key(2)]);
  await missed.write(missed.cut());
  missed.remove(SEGMENT, [key(1), key(7)]);
  const again = await reopened(missed, path);
  expect(again.count).toBe(3);
  expect(again.of(SEGMENT, 10)).toEqual([key(0), key(2)]);
  expect(again.next(10)).toEqual({ kind: 'blocks', segment: SEGMENT, keys: [key(0), key(2)] });
});

test('what was noted behind a cut belongs to the next one', async () => {
  const path = await emptyFolder();
  const missed = await opened(path);
  missed.add(SEGMENT, keysUpTo(2));
  const cut = missed.cut();
  missed.remove(SEGMENT, [key(0)]);
  await missed.write(cut);
  await missed.close();
  expect((await opened(path)).count).toBe(2);
});

test('more than the bound: the segment as a whole, which nobody can name the blocks of', async () => {
  const path = await emptyFolder();
  const missed = await opened(path, 10);
  missed.add(LATER_SEGMENT, [key(1)]);
  missed.add(SEGMENT, keysUpTo(11));
  missed.add(SEGMENT, [key(50)]);
  expect([missed.count, missed.of(SEGMENT, 100)]).toEqual([1, 'unknown']);
  const again = await reopened(missed, path);
  expect([again.count, again.of(SEGMENT, 100), [...again.segments]]).toEqual([1, 'unknown', [SEGMENT]]);
});

test('a segment that is put again as a whole: what is missed meanwhile is kept by key', async () => {
  const path = await emptyFolder();
  const missed = await opened(path);
  missed.addSegment(SEGMENT);
  missed.beginSegment(SEGMENT);
  missed.add(SEGMENT, [key(5)]);
  missed.endSegment(SEGMENT);
  const again = await reopened(missed, path);
  expect([again.of(SEGMENT, 10), again.segments.size]).toEqual([[key(5)], 0]);
});

test('a segment missed again while it is put again stays missed', async () => {
  const missed = await opened(await emptyFolder());
  missed.addSegment(SEGMENT);
  missed.beginSegment(SEGMENT);
  missed.addSegment(SEGMENT);
  missed.endSegment(SEGMENT);
  expect(missed.of(SEGMENT, 10)).toBe('unknown');
});

test('a log that says nothing any more shrinks', async () => {
  const path = await emptyFolder();
  const missed = await opened(path);
  missed.add(SEGMENT, keysUpTo(1000));
  await missed.write(missed.cut());
  missed.remove(SEGMENT, keysUpTo(1000));
  await missed.write(missed.cut());
  expect((await stat(join(path, 'missed.log'))).size).toBe(8);
  expect(missed.isUnwritten).toBe(false);
});
