/** A segment with a damaged table: what stands in the others, and in the sound part of it, is served both ways. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BytecopyError, type DataEntry } from '../../../../core/index.ts';
import { LevelDataLayer } from '../../../../store/level/level-data-layer.ts';
import { emptyFolder, SEGMENT } from '../../../support/store/index.ts';

const COUNT = 60;
const VALUE_BYTES = 512 * 1024;

function keyOf(n: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeUInt32BE(1000 + n);
  return key;
}

/** A segment of several tables. @returns its folder and its tables */
async function tabledSegment(): Promise<{ path: string; tables: string[] }> {
  const path = await emptyFolder();
  const layer = new LevelDataLayer({ path });
  for (let n = 0; n < COUNT; n++) {
    const entry: DataEntry = { segment: SEGMENT, key: keyOf(n), value: Buffer.alloc(VALUE_BYTES, n) };
    await layer.put([entry], 'buffered');
  }
  await layer.close();
  // What is in the log becomes tables when the folder is opened again, and these others, until nothing is left to merge.
  const folder = join(path, SEGMENT);
  let names: string[] = [];
  for (let round = 0, before = ''; round < 2 || before !== names.join(); round++) {
    before = names.join();
    const again = new LevelDataLayer({ path });
    await again.getMany(SEGMENT, [keyOf(0)]);
    await again.close();
    names = (await readdir(folder)).filter((name) => name.endsWith('.ldb')).sort();
  }
  return { path, tables: names.map((name) => join(folder, name)) };
}

async function scanned(layer: LevelDataLayer, order: 'ascending' | 'descending'): Promise<[number[], unknown]> {
  const found: number[] = [];
  try {
    for await (const page of layer.scan({ segment: SEGMENT, order, pageEntries: 1000 })) {
      for (const { key, value } of page) {
        expect(value.length).toBe(VALUE_BYTES);
        found.push(Buffer.from(key).readUInt32BE() - 1000);
      }
    }
    return [found, undefined];
  } catch (error) {
    return [found, error];
  }
}

const cutShort = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);
const endless = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -48), Buffer.alloc(48, 0xff)]);

test.each([
  ['cut short', cutShort],
  ['without its end', endless],
])('a table that is %s is passed over and told, the others are served', async (_, damage) => {
  const { path, tables } = await tabledSegment();
  expect(tables.length).toBeGreaterThan(1);
  const table = tables[0] as string;
  await writeFile(table, damage(await readFile(table)));
  const layer = new LevelDataLayer({ path });
  const [up, error] = await scanned(layer, 'ascending');
  const [down] = await scanned(layer, 'descending');
  expect(error).toBeInstanceOf(BytecopyError);
  expect(error).toMatchObject({ code: 'STORE_CORRUPT_SEGMENT' });
  expect(up).toContain(COUNT - 1);
  expect(up.length).toBeGreaterThan(10);
  expect(up.length).toBeLessThan(COUNT);
  expect(up).toEqual(up.toSorted((one, other) => one - other));
  expect(down).toEqual(up.toReversed());
  const values = await layer.getMany(
    SEGMENT,
    Array.from({ length: COUNT }, (_each, n) => keyOf(n)),
  );
  const sound = [...values.keys()].filter((n) => values[n]?.length === VALUE_BYTES);
  expect(sound).toEqual(up);
  await layer.close();
});
