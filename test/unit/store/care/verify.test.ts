/** Everything that is lost or damaged is found, with where it was; a sound store is called sound. */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../support/packets/seeded-random.ts';
import { verified } from '../../../support/store/care.ts';
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
import { blocksOf, withLayers } from '../../../support/store/wrong-index.ts';

const COUNT = 640;
const BLOCKS = COUNT / 64;
const DAY_LATER = numbered(0).id.at + 24 * HOUR;

async function writtenStore(): Promise<string> {
  const path = await emptyFolder();
  const { store } = await opened(path);
  await store.append(numberedUpTo(COUNT));
  await store.flush();
  await store.append(Array.from({ length: COUNT }, (_, n) => numbered(COUNT + n, HOUR + n * 1000)));
  await store.close();
  return path;
}

test('a store as it was written is sound', async () => {
  const { care } = await opened(await writtenStore());
  expect(await verified(care)).toEqual({
    segments: 2,
    blocks: 2 * BLOCKS,
    exchanges: 2 * COUNT,
    damaged: 0,
    lostBlocks: 0,
    lostNumbers: [],
    shortSegments: [],
    sound: true,
    damages: [],
  });
});

test('through the socket, with what was just appended', async () => {
  const path = await writtenStore();
  const { store } = await opened(path);
  await store.append([numbered(9999, 2 * HOUR)]);
  const client = await opened(path);
  expect(await verified(client.care)).toMatchObject({ sound: true, exchanges: 2 * COUNT + 1 });
});

test('blocks that are gone are known by their numbers', async () => {
  const path = await writtenStore();
  await withLayers(path, async (data) => {
    const blocks = await blocksOf(data, SEGMENT);
    const scanned = [];
    for await (const page of data.scan({ segment: SEGMENT })) scanned.push(...page);
    await data.drop(SEGMENT);
    const left = scanned.filter(({ key }) => Buffer.compare(key, blocks[3] as Uint8Array) !== 0);
    await data.put(left, 'synced');
  });
  const { care } = await opened(path);
  expect(await verified(care)).toMatchObject({
    sound: false,
    lostBlocks: 1,
    lostNumbers: [{ first: 4, last: 4 }],
    shortSegments: [{ segment: SEGMENT, counted: COUNT, found: COUNT - 64 }],
  });
});

test('a segment that is gone as a whole', async () => {
  const path = await writtenStore();
  await withLayers(path, (data) => data.drop(LATER_SEGMENT));
  const { care } = await opened(path);
  expect(await verified(care)).toMatchObject({
    lostBlocks: BLOCKS,
    lostNumbers: [{ first: BLOCKS + 1, last: 2 * BLOCKS }],
    shortSegments: [{ segment: LATER_SEGMENT, counted: COUNT, found: 0 }],
  });
});

test('blocks of a segment that retention dropped are not lost', async () => {
  const path = await writtenStore();
  const { care } = await opened(path);
  await care.retain({ policy: { keepMs: 0, sizeBytes: undefined, groups: [] }, now: DAY_LATER });
  expect(await verified(care)).toMatchObject({ sound: true, segments: 0 });
});

test('one that was lost beside dropped ones is', async () => {
  const path = await writtenStore();
  const first = await opened(path);
  const policy = { keepMs: undefined, sizeBytes: 0, groups: [] };
  await first.care.retain({ policy, now: numbered(0, HOUR).id.at + HOUR / 2 });
  await first.store.close();
  await withLayers(path, async (data) => {
    const scanned = [];
    for await (const page of data.scan({ segment: LATER_SEGMENT })) scanned.push(...page);
    await data.drop(LATER_SEGMENT);
    await data.put(scanned.slice(1), 'synced');
  });
  const { care } = await opened(path);
  expect(await verified(care)).toMatchObject({ sound: false, lostBlocks: 1 });
});

test('only segments of the time asked for are read', async () => {
  const { care } = await opened(await writtenStore());
  const until = numbered(0, HOUR).id.at - HOUR / 2;
  expect(await verified(care, { until })).toMatchObject({ segments: 1, exchanges: COUNT, sound: true });
});

test('a flipped byte in any block is told with its key and its range', async () => {
  const path = await writtenStore();
  const values = await withLayers(path, async (data) => {
    const entries = [];
    for await (const page of data.scan({ segment: SEGMENT })) entries.push(...page);
    const entry = entries[4];
    if (entry === undefined) throw new Error('there is no block');
    const value = Buffer.from(entry.value);
    value[value.length - 5] = (value[value.length - 5] ?? 0) ^ 1;
    await data.put([{ ...entry, value }], 'synced');
    return entry;
  });
  const { care } = await opened(path);
  const found = await verified(care);
  expect(found).toMatchObject({ sound: false, damaged: 1, lostBlocks: 0, exchanges: 2 * COUNT - 64 });
  expect(found.damages[0]).toMatchObject({ key: Buffer.from(values.key).toString('hex'), exchanges: 64 });
});

test('a segment that cannot be opened is told, the rest is read', async () => {
  const path = await writtenStore();
  const file = join(path, 'data', SEGMENT, 'CURRENT');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/\d+/, '999999'));
  const { care } = await opened(path);
  expect(await verified(care)).toMatchObject({ sound: false, damaged: 1, blocks: BLOCKS });
});

test('a byte flipped in any file of the data: told, or nothing is lost by it', async () => {
  const written = await writtenStore();
  const folder = join(written, 'data', SEGMENT);
  const random = seededRandom(20_261_121);
  let told = 0;
  for (let round = 0; round < 16; round++) {
    const path = await emptyFolder();
    await cp(written, path, { recursive: true });
    const names = (await readdir(folder)).filter((name) => /\.(?:ldb|log)$|MANIFEST/.test(name));
    const name = names[Math.floor(random() * names.length)] as string;
    const file = join(path, 'data', SEGMENT, name);
    const bytes = await readFile(file);
    const at = Math.floor(random() * bytes.length);
    if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    await writeFile(file, bytes);
    const { store, care } = await opened(path);
    const findings = await verified(care);
    const found = await foundBy(store);
    if (findings.sound) expect(found, `${name} at ${at}`).toHaveLength(2 * COUNT);
    else told++;
    await store.close();
  }
  expect(told).toBeGreaterThan(0);
});

/** As a killed process leaves it: these blocks were never written, the last checkpoint was behind block `checkpoint`. */
async function killedBehind(checkpoint: number, unwritten: readonly number[]): Promise<string> {
  const path = await emptyFolder();
  const { store } = await opened(path);
  await store.append(numberedUpTo(COUNT));
  await store.close();
  await withLayers(path, async (data) => {
    const scanned = [];
    for await (const page of data.scan({ segment: SEGMENT })) scanned.push(...page);
    await data.drop(SEGMENT);
    await data.put(
      scanned.filter(({ key }) => !unwritten.includes(Buffer.from(key).readUIntBE(14, 6))),
      'synced',
    );
  });
  const catalog = join(path, 'catalog.json');
  const known = JSON.parse(await readFile(catalog, 'utf8'));
  await writeFile(catalog, JSON.stringify({ ...known, clean: false, sequence: checkpoint, dirty: [SEGMENT] }));
  return path;
}

test('numbers that a killed process gave out and never wrote counted as lost', async () => {
  const path = await killedBehind(3, [5, 6, 8]);
  for (let round = 0; round < 2; round++) {
    const { store, care } = await opened(path);
    expect(await verified(care)).toMatchObject({ sound: true, lostBlocks: 0, blocks: BLOCKS - 3 + round });
    await store.append([numbered(COUNT + round)]);
    await store.close();
    await withLayers(path, async (data) => {
      expect(Buffer.from((await data.readProperty('skipped/0')) ?? []).toString()).toBe('[[5,6],[8,8]]');
    });
  }
});

test('a block in front of the checkpoint is lost, beside numbers that a killed process never wrote', async () => {
  const { care } = await opened(await killedBehind(3, [2, 5, 6, 8]));
  expect(await verified(care)).toMatchObject({ sound: false, lostBlocks: 1, lostNumbers: [{ first: 2, last: 2 }] });
});

test('a block that is lost behind what a recovery found is noticed', async () => {
  const path = await killedBehind(3, [5]);
  const first = await opened(path);
  await first.store.close();
  await withLayers(path, async (data) => {
    const scanned = [];
    for await (const page of data.scan({ segment: SEGMENT })) scanned.push(...page);
    await data.drop(SEGMENT);
    await data.put(
      scanned.filter(({ key }) => Buffer.from(key).readUIntBE(14, 6) !== 6),
      'synced',
    );
  });
  const { care } = await opened(path);
  expect(await verified(care)).toMatchObject({ lostBlocks: 1, lostNumbers: [{ first: 6, last: 6 }] });
});
