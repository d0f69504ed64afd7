/** A damaged table whose keys would abort the process: known from its bytes, before LevelDB reads it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Damage } from '../../../../store/index.ts';
import { findFatalTable, hasFatalKey } from '../../../../store/level/table-keys.ts';
import { PROJECT_DIR } from '../../../support/requirements.ts';
import { verified } from '../../../support/store/care.ts';
import {
  emptyFolder,
  foundBy,
  HOUR,
  ids,
  LATER_SEGMENT,
  numbered,
  numberedUpTo,
  opened,
  SEGMENT,
} from '../../../support/store/index.ts';

const COUNT = 256;
const LATER = Array.from({ length: 64 }, (_, n) => numbered(1000 + n, HOUR + n * 1000));

/** Two segments, in tables. @returns the store's path, the folder of the first segment's data and a table in it */
async function stored(): Promise<{ path: string; folder: string; table: string }> {
  const path = await emptyFolder();
  const first = await opened(path);
  await first.store.append([...numberedUpTo(COUNT), ...LATER]);
  await first.store.close();
  // What is in the log becomes a table when it is opened again.
  const again = await opened(path);
  await foundBy(again.store);
  await again.store.close();
  const folder = join(path, 'data', SEGMENT);
  const table = (await readdir(folder)).find((name) => name.endsWith('.ldb')) as string;
  return { path, folder, table: join(folder, table) };
}

/** The first key of the table is made 3 bytes long. */
async function shorten(table: string): Promise<void> {
  const bytes = await readFile(table);
  expect(bytes[0]).toBe(0);
  bytes[1] = 3;
  await writeFile(table, bytes);
}

/** Reads all of the store in a process of its own. @returns the signal that ended it */
async function readElsewhere(path: string): Promise<string | null> {
  const script = `
    import { openStore } from './store/index.ts';
    const { store } = await openStore({ path: ${JSON.stringify(path)} });
    for await (const page of store.find({})) page.length;
    await store.close();`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: PROJECT_DIR,
    stdio: 'ignore',
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal;
}

test('a sound table has none, and none of its bytes makes the search fail', async () => {
  const { folder, table } = await stored();
  expect(await findFatalTable(folder)).toBeUndefined();
  const bytes = await readFile(table);
  for (let at = 0; at < bytes.length; at += 97) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    expect(typeof hasFatalKey(flipped)).toBe('boolean');
  }
  for (let cut = 0; cut < 200; cut++) expect(hasFatalKey(bytes.subarray(0, cut))).toBe(false);
});

test('verify ended with the process at a table with a short key', async () => {
  const { path, table } = await stored();
  await shorten(table);
  const { care } = await opened(path);
  const found = await verified(care);
  expect(found).toMatchObject({ sound: false, damaged: 1, exchanges: LATER.length });
  expect((found as unknown as { damages: Damage[] }).damages[0]?.text).toContain('ends the process');
});

test('a segment that made the last owner abort is left out by the next one, and it is said', async () => {
  const { path, table } = await stored();
  await shorten(table);
  expect(await readElsewhere(path)).toBe('SIGABRT');
  const told: Damage[] = [];
  const { store } = await opened(path, {}, { onDamage: (damage) => told.push(damage) });
  expect(ids(await foundBy(store))).toEqual(ids(LATER));
  expect(told.map(({ code, text }) => [code, text.includes(SEGMENT), text.includes(LATER_SEGMENT)])).toEqual([
    ['STORE_CORRUPT_SEGMENT', true, false],
  ]);
});

test('marks of open folders go when they are closed', async () => {
  const { path } = await stored();
  for (const layer of ['data', 'index']) {
    expect((await readdir(join(path, layer))).filter((name) => name.startsWith('open-'))).toEqual([]);
  }
  const { store } = await opened(path);
  await foundBy(store);
  expect((await stat(join(path, 'data', `open-${SEGMENT}`))).size).toBe(0);
  await store.close();
  expect(await readdir(join(path, 'data'))).not.toContain(`open-${SEGMENT}`);
});
