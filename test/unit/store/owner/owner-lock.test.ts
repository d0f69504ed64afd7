import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../../../store/index.ts';
import { emptyFolder } from '../../../support/store/index.ts';

// What stops root too stands for a folder of another user and for a disk that cannot be written.
test('reading a store that cannot be locked says that reading takes the lock', async () => {
  const path = await emptyFolder();
  await (await openStore({ path })).store.close();
  await rm(join(path, 'lock'), { recursive: true });
  await writeFile(join(path, 'lock'), '');
  await expect(openStore({ path, access: 'read' })).rejects.toMatchObject({
    code: 'STORE_IO',
    exitCode: 1,
    message: expect.stringContaining(`${path} cannot be locked`),
    hint: expect.stringContaining('reading takes the lock too'),
  });
});

test('a lock whose owner could not be noted stayed taken in this process', async () => {
  const path = await emptyFolder();
  await (await openStore({ path })).store.close();
  await rm(join(path, 'owner.json'));
  await mkdir(join(path, 'owner.json'));
  await expect(openStore({ path, access: 'read' })).rejects.toMatchObject({ code: 'STORE_IO' });
  await rmdir(join(path, 'owner.json'));
  const { store, role } = await openStore({ path, access: 'read' });
  onTestFinished(() => store.close());
  expect(role).toBe('owner');
});
