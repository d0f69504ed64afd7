/** Rules over recorded requests: what is left out, what is changed. Pure. */
export type { LeftOutRequest } from './compiled-rule.ts';
export type { RuleProblem } from './edit/edit.ts';
export type { KeptRequest } from './edit/edit-sequence.ts';
export { RewriterCache } from './edit/rewriter-cache.ts';
export { joinThriftEdits, type RuleEdits } from './edit/rule-edits.ts';
export { checkRules, type Rules, rulesSchema } from './options.ts';
export { joinRuleHits, type RuleHits } from './rule-hits.ts';
export { RuleList, type RuleVerdict } from './rule-list.ts';
export type { RecordedForRules } from './rule-subject.ts';
