/**
 * Rules over recorded requests, asked from the first to the last: which requests are left out, and what is changed about
 * the others.
 *
 *   rule 1  matches ── edits ──┐
 *   rule 2  does not           │   each rule sees the request as it was recorded;
 *   rule 3  matches ── edits ──┤   edits are made in the order of the rules: of one thing the last one counts,
 *   rule 4  matches ── keep ───┘   paths and bodies are changed in turn
 *   rule 5  is not asked
 */
import { CompiledRule, type LeftOutRequest } from './compiled-rule.ts';
import { concerns, type Edit, type RuleProblem, thriftProblem } from './edit/edit.ts';
import { EditSequence, type KeptRequest } from './edit/edit-sequence.ts';
import type { Rules } from './options.ts';
import type { RuleHits } from './rule-hits.ts';
import { type RecordedForRules, RuleSubject } from './rule-subject.ts';

export type RuleVerdict = LeftOutRequest | KeptRequest;

export class RuleList {
  readonly #rules: readonly CompiledRule[];
  readonly #subject = new RuleSubject();
  /** The rules that match the request in hand and change or keep it. */
  readonly #applied: CompiledRule[] = [];
  #start = EditSequence.empty();
  #path: string | undefined;
  #body: Uint8Array | undefined;

  constructor(rules: Rules) {
    this.#rules = rules.map((rule, place) => new CompiledRule(rule, place));
  }

  /**
   * @param recorded a whole request: complete, not truncated
   * @returns what becomes of it; its edits are the same object for all requests that the same edits fit. To be followed
   *   by the rewriting of this request, which is cheapest then
   */
  apply(recorded: RecordedForRules): RuleVerdict {
    const subject = this.#subject;
    subject.begin(recorded);
    const applied = this.#applied;
    applied.length = 0;
    this.#path = undefined;
    this.#body = undefined;
    if (this.#start.isFull) this.#start = EditSequence.empty();
    let sequence = this.#start;
    for (const rule of this.#rules) {
      if (!rule.matches(subject)) continue;
      rule.matched++;
      if (rule.leavesOut) {
        rule.applied++;
        return rule.leftOut;
      }
      const next = this.#editedBy(rule, sequence, recorded);
      if (!(next instanceof EditSequence)) return next;
      if (next !== sequence || rule.edits.length === 0) applied.push(rule);
      sequence = next;
      if (rule.isLast) break;
    }
    for (const rule of applied) rule.applied++;
    if (this.#path !== undefined) sequence.keepPath(subject.path, this.#path);
    if (this.#body !== undefined) sequence.keepBody(subject.body.bytes, this.#body);
    return sequence.kept;
  }

  /** Of each rule so far, in their order. */
  get hits(): readonly RuleHits[] {
    return this.#rules.map((rule) => rule.hits);
  }

  #editedBy(rule: CompiledRule, before: EditSequence, recorded: RecordedForRules): EditSequence | LeftOutRequest {
    if (!rule.concerns(recorded)) return rule.failed('other-protocol') ?? before;
    let sequence = before;
    for (const edit of rule.edits) {
      if (!concerns(edit, recorded)) continue;
      const problem = edit.kind === 'request' ? this.#takePath(edit) : this.#problemOf(edit, recorded);
      if (problem === undefined) sequence = sequence.with(edit, rule.name);
      else {
        const leftOut = rule.failed(problem);
        if (leftOut !== undefined) return leftOut;
      }
    }
    return sequence;
  }

  /** A path that is set is the one that later edits go on from. */
  #takePath({ edits: { path } }: Extract<Edit, { kind: 'request' }>): undefined {
    if (typeof path === 'string') this.#path = path;
  }

  #problemOf(edit: Exclude<Edit, { kind: 'request' }>, recorded: RecordedForRules): RuleProblem | undefined {
    switch (edit.kind) {
      case 'path': {
        const path = edit.replace(this.#path ?? this.#subject.path);
        if (path === undefined) return 'pattern-not-found';
        this.#path = path;
        return undefined;
      }
      case 'body': {
        const { bytes, complete } = this.#subject.body;
        if (!complete) return 'body-not-read';
        const body = edit.step(this.#body ?? bytes);
        if (typeof body === 'string') return body;
        this.#body = body;
        return undefined;
      }
      case 'thrift':
        return thriftProblem(edit.edits, recorded);
      default:
        return edit satisfies never;
    }
  }
}
