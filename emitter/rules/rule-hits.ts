/** What each rule did in a run, and the same of several workers added up. */
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

/** Adds up the hits of workers that had the same rules; rules that one has more than another are kept. */
export function mergeRuleHits(workers: readonly (readonly RuleHits[])[]): readonly RuleHits[] {
  const merged = new Map<string, RuleHits>();
  for (const { name, matched, applied, failed } of workers.flat()) {
    const before = merged.get(name);
    const sums: Partial<Record<RuleProblem, number>> = { ...before?.failed };
    for (const [problem, count] of Object.entries(failed)) {
      sums[problem as RuleProblem] = (sums[problem as RuleProblem] ?? 0) + count;
    }
    merged.set(name, {
      name,
      matched: matched + (before?.matched ?? 0),
      applied: applied + (before?.applied ?? 0),
      failed: sums,
    });
  }
  return [...merged.values()];
}
