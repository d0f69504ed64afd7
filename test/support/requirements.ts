/**
 * Tests that need something from the machine say so, and are skipped with a reason where it is missing:
 *
 *     testWith(['nginx', 'capture'], 'every request of nginx is stored', async () => { … });
 *
 * The runner (run-tests.ts) checks each recorded requirement again: a skip whose requirement is met, or a skip
 * without any, is one that this machine could have run.
 */
import { describe, type TestContext, test } from 'vitest';
import { type Requirement, requires } from './machine.ts';

export { CORPUS_DIR, findProgram, PROJECT_DIR, type Requirement, type RequirementState, requires } from './machine.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What a skipped test lacked, for the runner. */
    unmet?: readonly Requirement[];
  }
}

/**
 * A test that runs where every requirement is met, and is skipped, saying why, everywhere else.
 *
 * @param timeoutMs longest run; vitest's own default when left out
 */
export function testWith(
  requirements: readonly Requirement[],
  name: string,
  run: (context: TestContext) => unknown,
  timeoutMs?: number,
): void {
  test(name, { ...skipUnless(requirements), ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) }, run);
}

/** A group whose tests and hooks run where every requirement is met. Its body is always evaluated: no work there. */
export function describeWith(requirements: readonly Requirement[], name: string, body: () => void): void {
  describe(name, skipUnless(requirements), body);
}

function skipUnless(requirements: readonly Requirement[]): {
  skip?: boolean;
  meta?: { unmet: readonly Requirement[] };
} {
  const unmet = requirements.filter((requirement) => !requires(requirement).met);
  return unmet.length === 0 ? {} : { skip: true, meta: { unmet } };
}
