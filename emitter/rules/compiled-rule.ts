/** A rule ready to be asked, with its counts. */
import { compileEdits, concerns, type Edit, type RuleProblem } from './edit/edit.ts';
import { compileMatch, type SubjectTest } from './match/compile-conditions.ts';
import type { Rule } from './options.ts';
import type { RuleHits } from './rule-hits.ts';
import type { RecordedForRules, RuleSubject } from './rule-subject.ts';

/** A request that is not to be sent. */
export interface LeftOutRequest {
  readonly kind: 'left-out';
  /** Name of the rule that says so. */
  readonly rule: string;
  /** Why, where the rule would have changed it and could not. */
  readonly problem?: RuleProblem;
}

export class CompiledRule {
  readonly name: string;
  readonly leavesOut: boolean;
  /** Rules further down are not asked. */
  readonly isLast: boolean;
  readonly edits: readonly Edit[];
  readonly leftOut: LeftOutRequest;
  matched = 0;
  applied = 0;
  readonly #tests: readonly SubjectTest[];
  readonly #problemLeavesOut: boolean;
  readonly #failed = new Map<RuleProblem, number>();

  /** @param place in the list, from 0 */
  constructor({ name, match, do: actions, onProblem }: Rule, place: number) {
    this.name = name ?? `rule ${place + 1}`;
    this.leavesOut = actions.some((action) => action['leave-out'] === true);
    this.isLast = actions.some((action) => action.keep === true);
    this.edits = compileEdits(actions);
    this.leftOut = { kind: 'left-out', rule: this.name };
    this.#tests = compileMatch(match);
    this.#problemLeavesOut = onProblem === 'leave-out';
  }

  matches(subject: RuleSubject): boolean {
    for (const test of this.#tests) if (!test(subject)) return false;
    return true;
  }

  /** Whether some of its edits are about requests of that protocol; a rule without edits is about all. */
  concerns(recorded: RecordedForRules): boolean {
    if (this.edits.length === 0) return true;
    for (const edit of this.edits) if (concerns(edit, recorded)) return true;
    return false;
  }

  /** Counts the problem. @returns the verdict where it leaves the request out */
  failed(problem: RuleProblem): LeftOutRequest | undefined {
    this.#failed.set(problem, (this.#failed.get(problem) ?? 0) + 1);
    return this.#problemLeavesOut ? { ...this.leftOut, problem } : undefined;
  }

  get hits(): RuleHits {
    const { name, matched, applied } = this;
    return { name, matched, applied, failed: Object.fromEntries(this.#failed) };
  }
}
