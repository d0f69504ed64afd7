import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  auditLogPath,
  findKeys,
  keyFilePath,
  openKeys,
  recordAudit,
  rotateKeyFile,
} from '../../../../cli/keys/index.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';

let folder: string;
let path: string;
let said: string;
const stderr = {
  write(text: string) {
    said += text;
    return true;
  },
} as unknown as NodeJS.WriteStream;
const clock = { now: () => NOON_MICROS, monotonic: () => 0 };
const surroundings = () => ({ environment: { BYTECOPY_KEY_FILE: path }, stderr, clock });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytecopy-keys-'));
  path = join(folder, 'own', 'keys');
  said = '';
});
afterEach(() => rm(folder, { recursive: true }));

const NO_CONFIG = { services: [] };

test('the first use makes a key that only its owner can read, and says so once', async () => {
  const first = await openKeys({}, NO_CONFIG, surroundings());
  expect(said).toContain(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'own'))).mode & 0o777).toBe(0o700);
  said = '';
  const second = await openKeys({}, NO_CONFIG, surroundings());
  expect(said).toBe('');
  expect(second.keys).toEqual(first.keys);
  expect(await readdir(join(folder, 'own'))).toEqual(['keys']);
});

test('many processes that make it at once have the same key', async () => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => openKeys({}, NO_CONFIG, surroundings())));
  expect(new Set(opened.map(({ ring }) => ring.current.id)).size).toBe(1);
});

test('after a rotation the new key seals and the old ones still open', async () => {
  const { ring: before } = await openKeys({}, NO_CONFIG, surroundings());
  await rotateKeyFile(path, NOON_MICROS + 1);
  const { ring, keys } = await openKeys({}, NO_CONFIG, surroundings());
  expect(keys).toHaveLength(2);
  expect(ring.current.id).not.toBe(before.current.id);
  expect(ring.find(before.current.id)?.bytes).toEqual(before.current.bytes);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('opening makes no file; a file that was named has to be there', async () => {
  expect(await findKeys({}, NO_CONFIG, surroundings())).toBeUndefined();
  await expect(findKeys({ keyFile: path }, NO_CONFIG, surroundings())).rejects.toMatchObject({
    code: 'KEY_FILE_UNREADABLE',
    exitCode: 2,
  });
  await expect(stat(path)).rejects.toThrow();
});

test('a file that others can read is refused', async () => {
  await openKeys({}, NO_CONFIG, surroundings());
  for (const mode of [0o640, 0o604, 0o660]) {
    await chmod(path, mode);
    await expect(openKeys({}, NO_CONFIG, surroundings())).rejects.toMatchObject({
      code: 'KEY_FILE_OPEN_TO_OTHERS',
      exitCode: 2,
    });
  }
});

test('a broken file is refused and left as it is, and no key stands in the message', async () => {
  await openKeys({}, NO_CONFIG, surroundings());
  const text = await readFile(path, 'utf8');
  const [, hex = ''] = /([0-9a-f]{64})/.exec(text) ?? [];
  const swapped = text.replace(hex, `${hex.slice(1)}${hex[0] === '0' ? '1' : '0'}`);
  for (const [broken, what] of [
    ['', 'has no key'],
    ['# only words\n', 'has no key'],
    [text.replace(hex, hex.slice(1)), 'line 3 is no key'],
    [swapped, 'line 3: the key is not the one'],
  ] as const) {
    await writeFile(path, broken);
    const failure = await openKeys({}, NO_CONFIG, surroundings()).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'KEY_FILE_INVALID', message: expect.stringContaining(what) });
    expect((failure as Error).message).not.toContain(hex.slice(1, 20));
    expect(await readFile(path, 'utf8')).toBe(broken);
  }
});

test('flag wins over environment over config over the config folder', () => {
  const config = { services: [], secrets: { keyFile: '/c/keys' } };
  expect(keyFilePath({ keyFile: '/f' }, config, { BYTECOPY_KEY_FILE: '/e' })).toBe('/f');
  expect(keyFilePath({}, config, { BYTECOPY_KEY_FILE: '/e' })).toBe('/e');
  expect(keyFilePath({}, config, { HOME: '/home/ada' })).toBe('/c/keys');
  expect(keyFilePath({}, NO_CONFIG, { HOME: '/home/ada' })).toBe('/home/ada/.config/bytecopy/keys');
  expect(keyFilePath({}, NO_CONFIG, { HOME: '/home/ada', XDG_CONFIG_HOME: '/x' })).toBe('/x/bytecopy/keys');
  expect(keyFilePath({}, NO_CONFIG, { HOME: '/home/ada', XDG_CONFIG_HOME: 'x' })).toBe(
    '/home/ada/.config/bytecopy/keys',
  );
});

test('the audit log keeps a line each beside the keys, and its failure is an error', async () => {
  await openKeys({}, NO_CONFIG, surroundings());
  const entry = { at: NOON_MICROS, command: 'show', exchanges: ['a'], keys: ['8f14e45f'] };
  await recordAudit(path, entry);
  await recordAudit(path, { ...entry, exchanges: ['b'] });
  const lines = (await readFile(auditLogPath(path), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { at: '2026-11-21T10:00:00.000000Z', command: 'show', exchanges: ['a'], keys: ['8f14e45f'] },
    { exchanges: ['b'] },
  ]);
  expect(lines[0].user).not.toBe('');
  await expect(recordAudit(join(folder, 'nowhere', 'keys'), entry)).rejects.toMatchObject({ code: 'AUDIT_LOG_FAILED' });
});
