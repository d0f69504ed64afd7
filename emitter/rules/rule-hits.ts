/** What each rule did in a run. */
import type { RuleProblem } from './edit/edit.ts';

export interface RuleHits {
  readonly name: string;
  /** Requests that its conditions held for. */
  readonly matched: number;
  /** Of these, requests that were left out because it says so, or sent with at least one of its edits. */
  readonly applied: number;
  /** Edits that did not fit a request, by problem. */
  readonly failed: Readonly<Partial<Record<RuleProblem, number>>>;
}

/**
 * Of several workers of one run, which all ask the same rules about the same recording: the hits of the one that came
 * furthest.
 * @param workers one list of each
 */
export function joinRuleHits(workers: readonly (readonly RuleHits[])[]): readonly RuleHits[] {
  const asked = (hits: readonly RuleHits[]) => hits.reduce((sum, { matched }) => sum + matched, 0);
  return workers.reduce((one, other) => (asked(other) > asked(one) ? other : one), workers[0] ?? []);
}
