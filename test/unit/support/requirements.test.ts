import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findProgram, isRequirement, PROJECT_DIR, requires } from '../../support/machine.ts';

const fixtures = join(PROJECT_DIR, 'test/support/fixtures/vitest.config.ts');

test('a run ends in its figures, and a skipped test or group says what it lacked', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(PROJECT_DIR, 'node_modules/tsx/dist/cli.mjs'), 'test/support/run-tests.ts', '--config', fixtures],
    { cwd: PROJECT_DIR, env: { ...process.env, CI: 'true', NO_COLOR: '1' } },
  );
  const lines = stdout.trimEnd().split('\n');
  const lacking = requires('root').met ? 'must not run as root' : 'needs root';
  expect(lines.at(-1)).toBe('1 passed, 0 failed, 2 skipped');
  expect(lines).toContain(`skipped: impossible: ${lacking}`);
  expect(lines).toContain(`skipped: impossible group inside: ${lacking}`);
});

test('exactly one of root and unprivileged is met, and the other says why it is not', () => {
  const states = [requires('root'), requires('unprivileged')];
  expect(states.filter((state) => state.met)).toHaveLength(1);
  expect(states.find((state) => !state.met)?.reason).toMatch(/root/);
});

test('what deploy/setup installs is a package, what the user lacks is not', () => {
  expect(requires('nginx').kind).toBe('package');
  expect(requires('corpus').kind).toBe('data');
  expect(requires('capture').kind).toBe('privilege');
});

test('names from a report are checked, inherited properties included', () => {
  expect(['nginx', 'toString', 'nothing'].map(isRequirement)).toEqual([true, false, false]);
});

test('a program is found on PATH or not at all', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('no-such-program')).toBeUndefined();
});
