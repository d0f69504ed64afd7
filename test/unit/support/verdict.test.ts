import { expect, test } from 'vitest';
import type { Requirement, RequirementKind, RequirementState } from '../../support/machine.ts';
import { judge, summaryLine, type TestReport, type VerdictOptions } from '../../support/verdict.ts';

const kinds: Partial<Record<Requirement, RequirementKind>> = { nginx: 'package', corpus: 'data', root: 'privilege' };

/** A machine that lacks nginx, the corpus and root, and has everything else. */
function bareMachine(requirement: Requirement): RequirementState {
  const kind = kinds[requirement];
  return kind === undefined
    ? { met: true, kind: 'package', reason: '' }
    : { met: false, kind, reason: `no ${requirement}` };
}

const strict: VerdictOptions = { strict: true, exitCode: 0, probe: bareMachine };
const lenient: VerdictOptions = { ...strict, strict: false };

type TestLine = TestReport['testResults'][number]['assertionResults'][number];

const passed: TestLine = { fullName: 'works', status: 'passed' };
const failed: TestLine = { fullName: 'breaks', status: 'failed' };

function skipped(...unmet: string[]): TestLine {
  return { fullName: 'waits', status: 'skipped', meta: unmet.length === 0 ? {} : { unmet } };
}

function report(...tests: TestLine[]): TestReport {
  const status = tests.some((one) => one.status === 'failed') ? 'failed' : 'passed';
  return { testResults: [{ name: 'a.test.ts', status, message: '', assertionResults: tests }] };
}

test('passed and failed tests are counted', () => {
  expect(summaryLine(judge(report(passed, passed, failed), { ...strict, exitCode: 1 }))).toBe(
    '2 passed, 1 failed, 0 skipped',
  );
});

test('a skip for want of data or privilege is allowed everywhere, and says why', () => {
  const verdict = judge(report(passed, skipped('corpus'), skipped('root')), strict);
  expect(summaryLine(verdict)).toBe('1 passed, 0 failed, 2 skipped');
  expect(verdict.remarks).toEqual(['skipped: waits: no corpus', 'skipped: waits: no root']);
});

test('a skip for want of a package is a skip on a desk and a failure in CI', () => {
  expect(summaryLine(judge(report(passed, skipped('nginx')), lenient))).toBe('1 passed, 0 failed, 1 skipped');
  const verdict = judge(report(passed, skipped('nginx')), strict);
  expect(summaryLine(verdict)).toBe('1 passed, 1 failed, 0 skipped');
  expect(verdict.remarks).toEqual(['failed as skipped: waits: no nginx']);
});

test('a package and a privilege missing together: the privilege alone forbids the test', () => {
  expect(judge(report(passed, skipped('nginx', 'root')), strict).failed).toBe(0);
});

test('a skip without a requirement, and one whose requirement is met, could have run', () => {
  expect(judge(report(passed, skipped(), skipped('tcpdump')), strict).failed).toBe(2);
  expect(judge(report(passed, skipped('tcpdump')), strict).remarks).toEqual([
    'failed as skipped: waits: tcpdump is there after all',
  ]);
});

test('a requirement that nobody knows does not excuse a skip', () => {
  expect(judge(report(passed, skipped('moonlight')), strict).failed).toBe(1);
});

test('a file that could not be loaded is one failure, named', () => {
  const broken = { name: 'b.test.ts', status: 'failed', message: 'Cannot find module\n at …', assertionResults: [] };
  const verdict = judge({ testResults: [...report(passed).testResults, broken] }, { ...strict, exitCode: 1 });
  expect(summaryLine(verdict)).toBe('1 passed, 1 failed, 0 skipped');
  expect(verdict.remarks).toEqual(['failed: b.test.ts: Cannot find module']);
});

test('a crash, an unhandled error and an empty run are failures', () => {
  expect(summaryLine(judge(undefined, { ...strict, exitCode: 1 }))).toBe('0 passed, 1 failed, 0 skipped');
  expect(summaryLine(judge(report(passed), { ...strict, exitCode: 1 }))).toBe('1 passed, 1 failed, 0 skipped');
  expect(summaryLine(judge({ testResults: [] }, strict))).toBe('0 passed, 1 failed, 0 skipped');
  expect(summaryLine(judge(report(skipped('corpus')), strict))).toBe('0 passed, 1 failed, 1 skipped');
});
