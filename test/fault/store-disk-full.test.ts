/** A full disk: append says so, nothing stored is damaged, writing resumes when there is room. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { messageBytes } from '../../core/index.ts';
import { openStore } from '../../store/index.ts';
import { message } from '../support/exchanges/index.ts';
import { testWith } from '../support/requirements.ts';
import { emptyFolder, foundBy, ids, numbered, opened } from '../support/store/index.ts';

const DISK_BYTES = 160 * 1024 * 1024;
/** What is taken away at first, so that the disk is full soon. */
const BALLAST_BYTES = 80 * 1024 * 1024;
const BATCH = 200;
const MAX_BATCHES = 400;

testWith(['root'], 'a full disk refuses, keeps what it has and resumes', async () => {
  const disk = await emptyFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]);
  onTestFinished(() => void execFileSync('umount', ['-l', disk]));
  const ballast = join(disk, 'ballast');
  await writeFile(ballast, Buffer.alloc(BALLAST_BYTES));
  const { store } = await opened(join(disk, 'store'));
  const incompressible = (n: number): ReturnType<typeof message> =>
    message('HTTP/1.1 200 OK\r\n\r\n', createHash('shake256', { outputLength: 4000 }).update(String(n)).digest());
  const batch = (number: number): ReturnType<typeof numbered>[] =>
    Array.from({ length: BATCH }, (_, i) =>
      numbered(number * BATCH + i, undefined, { response: incompressible(number * BATCH + i) }),
    );

  let written = 0;
  let refusal: unknown;
  while (refusal === undefined && written < MAX_BATCHES) {
    try {
      await store.append(batch(written));
      await store.flush();
      written++;
    } catch (error) {
      refusal = error;
    }
  }
  expect(refusal).toMatchObject({ code: 'STORE_FULL' });
  await expect(store.append(batch(written))).rejects.toMatchObject({ code: 'STORE_FULL' });
  const flushed = Array.from({ length: written }, (_, number) => batch(number)).flat();
  expect(ids(await foundBy(store, { limit: flushed.length }))).toEqual(ids(flushed));

  await rm(ballast);
  await store.append(batch(written));
  await store.flush();
  const all = [...flushed, ...batch(written)];
  const found = await foundBy(store);
  expect(ids(found)).toEqual(ids(all));
  expect(
    found.every(
      (each, n) => Buffer.compare(messageBytes(each.response as never), messageBytes(all[n]?.response as never)) === 0,
    ),
  ).toBe(true);
  await store.close();
  const again = await opened(join(disk, 'store'));
  expect(ids(await foundBy(again.store))).toEqual(ids(all));
  await again.store.close();
});

testWith(['root'], 'a store that is closed on a full disk says how many exchanges it could not keep', async () => {
  const disk = await emptyFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  onTestFinished(() => void execFileSync('umount', ['-l', disk]));
  const { store } = await openStore({ path: join(disk, 'store') });
  await store.append(Array.from({ length: 3 }, (_, n) => numbered(n)));
  await expect(store.close()).rejects.toMatchObject({ code: 'STORE_FULL', exchanges: 3 });
});
