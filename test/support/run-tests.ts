/**
 * Runs the tests and ends with the line `N passed, N failed, N skipped`.
 *
 *     npx tsx test/support/run-tests.ts [vitest's own filters and flags]
 *
 * With `CI=true` a skipped test fails unless this machine lacks a privilege or data that no set-up can bring.
 * Exit codes: 0 every test passed or was rightly skipped; 1 anything else, a crash of vitest included.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_DIR } from './machine.ts';
import { judge, summaryLine, type TestReport } from './verdict.ts';

const reportDir = mkdtempSync(join(tmpdir(), 'bytecopy-tests-'));
try {
  const reportPath = join(reportDir, 'report.json');
  const exitCode = await runVitest(reportPath, process.argv.slice(2));
  const verdict = judge(readReport(reportPath), { strict: process.env.CI === 'true', exitCode });
  if (verdict.remarks.length > 0) console.log(`\n${verdict.remarks.join('\n')}\n`);
  console.log(summaryLine(verdict));
  process.exitCode = verdict.failed === 0 ? 0 : 1;
} finally {
  rmSync(reportDir, { recursive: true, force: true });
}

/** @returns vitest's exit code; 1 where it could not be started or was ended by a signal */
function runVitest(reportPath: string, args: readonly string[]): Promise<number> {
  const vitest = join(PROJECT_DIR, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], { cwd: PROJECT_DIR, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function readReport(path: string): TestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
