import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toKeyRing, toSecretKey } from '../../../core/index.ts';
import { emptyFolder, foundBy, numberedUpTo, opened } from '../../support/store/index.ts';

test('a new store: folders of mode 0700, socket 0600, a manifest that says the version', async () => {
  const path = join(await emptyFolder(), 'deep', 'store');
  await opened(path, { segmentMinutes: 15 });
  for (const folder of [path, join(path, 'lock')]) expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(path, 'socket'))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(path, 'bytecopy.json'), 'utf8'))).toEqual({
    format: 'bytecopy-store',
    version: 2,
    segmentMinutes: 15,
  });
});

test.each([
  ['STORE_NOT_A_STORE', { 'notes.txt': 'mine' }],
  ['STORE_NOT_A_STORE', { 'bytecopy.json': '{"format":"other"}' }],
  ['STORE_NOT_A_STORE', { 'bytecopy.json': 'no JSON' }],
  ['STORE_NEWER', { 'bytecopy.json': '{"format":"bytecopy-store","version":3,"segmentMinutes":60}' }],
])('%s, exit code 2, for a folder with %j', async (code, files) => {
  const path = await emptyFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  await expect(opened(path)).rejects.toMatchObject({ code, exitCode: 2 });
});

test('STORE_MISSING, exit code 2, when there is nothing to read; nothing is made', async () => {
  const path = join(await emptyFolder(), 'none');
  await expect(opened(path, { access: 'read' })).rejects.toMatchObject({ code: 'STORE_MISSING', exitCode: 2 });
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('options out of range and unknown ones are refused', async () => {
  const path = await emptyFolder();
  await expect(opened(path, { blockExchanges: 65 })).rejects.toMatchObject({
    code: 'STORE_OPTIONS_INVALID',
    exitCode: 2,
  });
  await expect(opened(path, { speed: 1 } as never)).rejects.toMatchObject({ code: 'STORE_OPTIONS_INVALID' });
});

test('closed and opened again it has everything, and nothing to recover', async () => {
  const path = await emptyFolder();
  const first = await opened(path);
  await first.store.append(numberedUpTo(200));
  await first.store.close();
  const second = await opened(path);
  expect(second.recovered).toBeUndefined();
  expect(await foundBy(second.store)).toHaveLength(200);
  expect(await second.store.statistics()).toMatchObject({ exchanges: 200 });
});

test('a path too long for a socket is served all the same', async () => {
  const path = join(await emptyFolder(), 'a'.repeat(100), 'b'.repeat(100));
  await mkdir(path, { recursive: true });
  const { store } = await opened(path);
  await store.append(numberedUpTo(10));
  const client = await opened(path);
  expect(client.role).toBe('client');
  expect(await foundBy(client.store)).toHaveLength(10);
});

test('a socket left behind is replaced', async () => {
  const path = await emptyFolder();
  const first = await opened(path);
  await first.store.close();
  await writeFile(join(path, 'socket'), '');
  await opened(path);
  expect((await opened(path)).role).toBe('client');
});

test('a folder that cannot be made is refused, where the file system says that all above it is missing too', async () => {
  await expect(opened('/proc/bytecopy-store')).rejects.toMatchObject({ exitCode: 1 });
});

test('a store of version 1 is read as it is, and becomes one of version 2 when it is opened to be written', async () => {
  const path = await emptyFolder();
  const manifest = join(path, 'bytecopy.json');
  await writeFile(manifest, '{"format":"bytecopy-store","version":1,"segmentMinutes":15}');
  const reading = await opened(path, { access: 'read' });
  await reading.store.close();
  expect(JSON.parse(await readFile(manifest, 'utf8'))).toMatchObject({ version: 1 });
  await opened(path);
  expect(JSON.parse(await readFile(manifest, 'utf8'))).toMatchObject({ version: 2, segmentMinutes: 15 });
});

test('a pinned recording is a store of its own beside the live one', async () => {
  const path = await emptyFolder();
  const live = await opened(path);
  const pinned = await opened(path, { area: 'pin-crash' });
  await live.store.append(numberedUpTo(10));
  await pinned.store.append(numberedUpTo(3));
  expect([live.role, pinned.role]).toEqual(['owner', 'owner']);
  expect(await foundBy(pinned.store)).toHaveLength(3);
  expect((await stat(join(path, 'pins', 'crash', 'bytecopy.json'))).isFile()).toBe(true);
  await expect(opened(path, { area: 'pin-../x' })).rejects.toMatchObject({ code: 'STORE_OPTIONS_INVALID' });
});

test('an encrypted store needs its key: nothing on the disk is readable, and no key is no reader', async () => {
  const path = await emptyFolder();
  const keys = toKeyRing([toSecretKey(Buffer.alloc(32, 7))]);
  await expect(opened(path, { encrypt: true })).rejects.toMatchObject({ code: 'STORE_OPTIONS_INVALID', exitCode: 2 });
  const { store } = await opened(path, { encrypt: true }, { keys });
  await store.append(numberedUpTo(10));
  await store.close();
  const without = await opened(path, { access: 'read' });
  await expect(foundBy(without.store)).rejects.toMatchObject({ code: 'STORE_KEY_MISSING', exitCode: 2 });
  await without.store.close();
  expect(await foundBy((await opened(path, {}, { keys })).store)).toHaveLength(10);
});
