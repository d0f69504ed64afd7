import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { childEntry } from '../../../../collector/sources/child-entry.ts';

test('from the sources the entry is TypeScript and runs', () => {
  const { command, args } = childEntry(import.meta.url, 'entry-that-is-not-there');
  expect(args.at(-1)).toMatch(/entry-that-is-not-there\.ts$/);
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('ERR_MODULE_NOT_FOUND');
});

test('compiled, the entry is JavaScript and needs no loader', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-entry-'));
  try {
    await writeFile(join(folder, 'entry.js'), 'console.log("ran")');
    const { command, args } = childEntry(pathToFileURL(join(folder, 'asker.js')).href, 'entry');
    expect(args).toEqual([join(folder, 'entry.js')]);
    expect(spawnSync(command, args, { encoding: 'utf8' }).stdout).toBe('ran\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
