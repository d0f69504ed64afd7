/**
 * What a test run amounts to: vitest's JSON report in, figures and remarks out.
 *
 * vitest counts tests only. A file that could not be loaded, a hook that failed and a run in which nothing ran
 * are failures too, and are counted here as one failed test each.
 */
import { isRequirement, type RequirementState, requires } from './machine.ts';

/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly meta?: { readonly unmet?: readonly string[] };
    }[];
  }[];
}

export interface VerdictOptions {
  /** Whether a skip that this machine, or this machine set up, could have run counts as failed. */
  readonly strict: boolean;
  /** How vitest ended; anything but 0 without a failed test counts as one. */
  readonly exitCode: number;
  readonly probe?: (requirement: Parameters<typeof requires>[0]) => RequirementState;
}

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each skipped test and each failure that vitest does not count. */
  readonly remarks: readonly string[];
}

/** @returns the figures of a run; `report` is undefined where vitest ended without one */
export function judge(report: TestReport | undefined, options: VerdictOptions): Verdict {
  const remarks: string[] = [];
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const file of report?.testResults ?? []) {
    let failedInFile = 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failedInFile += 1;
      else {
        const skip = explainSkip(test.meta?.unmet ?? [], options.probe ?? requires);
        const counts = options.strict && !skip.allowed;
        if (counts) failedInFile += 1;
        else skipped += 1;
        remarks.push(`${counts ? 'failed as skipped' : 'skipped'}: ${test.fullName}: ${skip.reason}`);
      }
    }
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      failedInFile += 1;
      remarks.push(`failed: ${file.name}: ${firstLine(file.message) || 'the file or one of its hooks failed'}`);
    }
    failed += failedInFile;
  }
  if (failed === 0 && report === undefined) {
    failed = 1;
    remarks.push(`failed: vitest ended with code ${options.exitCode} and without a report`);
  } else if (failed === 0 && options.exitCode !== 0) {
    failed = 1;
    remarks.push(`failed: vitest ended with code ${options.exitCode}, though no test failed`);
  } else if (failed === 0 && passed === 0) {
    failed = 1;
    remarks.push('failed: no test ran');
  }
  return { passed, failed, skipped, remarks };
}

/** The line that ends every run; CI reads it. */
export function summaryLine(verdict: Verdict): string {
  return `${verdict.passed} passed, ${verdict.failed} failed, ${verdict.skipped} skipped`;
}

interface Skip {
  readonly reason: string;
  readonly allowed: boolean;
}

function explainSkip(names: readonly string[], probe: NonNullable<VerdictOptions['probe']>): Skip {
  const unmet = names
    .filter(isRequirement)
    .map(probe)
    .filter((state) => !state.met);
  if (names.length === 0) return { reason: 'no requirement is named', allowed: false };
  if (unmet.length === 0) return { reason: `${names.join(', ')} is there after all`, allowed: false };
  return {
    reason: unmet.map((state) => state.reason).join('; '),
    allowed: unmet.some((state) => state.kind !== 'package'),
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
