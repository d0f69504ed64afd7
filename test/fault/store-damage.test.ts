/** Bytes flipped on disk are noticed by the store's own checksums, reported and left out; the rest is served. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BytecopyError } from '../../core/index.ts';
import type { Damage } from '../../store/index.ts';
import { emptyFolder, foundBy, ids, numberedUpTo, opened } from '../support/store/index.ts';

const COUNT = 640;

async function writtenStore(): Promise<string> {
  const path = await emptyFolder();
  const { store } = await opened(path);
  await store.append(numberedUpTo(COUNT));
  await store.close();
  return path;
}

/** Flips a byte behind the magic of each block, wherever LevelDB put them. @returns blocks flipped */
async function flipInBlocks(path: string, behindMagic: number, which: (n: number) => boolean): Promise<number> {
  const [segment] = await readdir(join(path, 'data'));
  const folder = join(path, 'data', segment ?? '');
  let blocks = 0;
  let flipped = 0;
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    for (let at = bytes.indexOf('BCBK'); at >= 0; at = bytes.indexOf('BCBK', at + 1)) {
      if (!which(blocks++)) continue;
      bytes[at + behindMagic] = (bytes[at + behindMagic] ?? 0) ^ 0x10;
      flipped++;
    }
    await writeFile(join(folder, name), bytes);
  }
  return flipped;
}

// A log record is checked when the folder is opened: the blocks must be in a table first, which reopening does.
async function settledStore(): Promise<string> {
  const path = await writtenStore();
  for (let round = 0; round < 2; round++) {
    const { store } = await opened(path);
    await foundBy(store);
    await store.close();
  }
  return path;
}

test.each([4, 5, 6, 8, 13, 40])(
  "a byte flipped %i behind a block's magic costs that block only",
  async (behindMagic) => {
    const path = await settledStore();
    expect(await flipInBlocks(path, behindMagic, (n) => n === 3)).toBe(1);
    const damages: Damage[] = [];
    const { store } = await opened(path, {}, { onDamage: (damage) => damages.push(damage) });
    const found = await foundBy(store);
    const [damage] = damages;
    expect(damages).toHaveLength(1);
    expect(damage).toMatchObject({
      code: 'STORE_CORRUPT_BLOCK',
      exchanges: 64,
      key: expect.stringMatching(/^[0-9a-f]{42}$/),
    });
    const isLost = (at: number): boolean => at >= (damage?.firstAt ?? 0) && at <= (damage?.lastAt ?? 0);
    expect(ids(found)).toEqual(ids(numberedUpTo(COUNT).filter(({ id }) => !isLost(id.at))));
    expect(found).toHaveLength(COUNT - 64);
  },
);

test('a reader through the socket is told of the damage it meets', async () => {
  const path = await settledStore();
  await flipInBlocks(path, 40, () => true);
  await opened(path);
  const damages: Damage[] = [];
  const client = await opened(path, {}, { onDamage: (damage) => damages.push(damage) });
  expect(client.role).toBe('client');
  expect(await foundBy(client.store)).toEqual([]);
  expect(damages).toHaveLength(COUNT / 64);
});

test('random bytes flipped in any file: never a crash, a loop or an exchange that was not written', async () => {
  const written = new Set(ids(numberedUpTo(COUNT)));
  let seed = 4711;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed % below;
  };
  for (let round = 0; round < 12; round++) {
    const path = await settledStore();
    for (const layer of ['data', 'index']) {
      const [segment] = await readdir(join(path, layer));
      const folder = join(path, layer, segment ?? '');
      for (const name of (await readdir(folder)).filter((each) => /\.(?:ldb|log)$|MANIFEST/.test(each))) {
        const bytes = await readFile(join(folder, name));
        if (bytes.length > 0) bytes[random(bytes.length)] = random(256);
        await writeFile(join(folder, name), bytes);
      }
    }
    try {
      const { store } = await opened(path);
      for (const id of ids(await foundBy(store))) expect(written).toContain(id);
    } catch (error) {
      expect(error, `round ${round}`).toBeInstanceOf(BytecopyError);
    }
  }
});
