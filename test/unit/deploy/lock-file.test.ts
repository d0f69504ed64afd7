import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_DIR } from '../../support/machine.ts';

interface LockFile {
  readonly packages: Readonly<
    Record<
      string,
      { readonly dependencies?: Record<string, string>; readonly optionalDependencies?: Record<string, string> }
    >
  >;
}

const lock: LockFile = JSON.parse(readFileSync(join(PROJECT_DIR, 'package-lock.json'), 'utf8'));

test('the lock file names every package that another one asks for, for every platform, or npm ci refuses it', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, one]) =>
    Object.keys({ ...one.dependencies, ...one.optionalDependencies }).filter((name) => !found(path, name)),
  );
  expect(missing).toEqual([]);
});

test('the lock file names no registry', () => {
  expect(JSON.stringify(lock)).not.toMatch(/"resolved"/);
});

/** Node's own look-up: the package's folder, then each folder above it. */
function found(from: string, name: string): boolean {
  for (let dir = from; ; dir = dir.slice(0, Math.max(0, dir.lastIndexOf('node_modules/') - 1))) {
    if (Object.hasOwn(lock.packages, `${dir === '' ? '' : `${dir}/`}node_modules/${name}`)) return true;
    if (dir === '') return false;
  }
}
