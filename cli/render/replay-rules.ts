/** What each rule did, and which did nothing. */
import type { ReplayReport } from '../../emitter/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';
import { renderPlainTable } from './plain-table.ts';
import { listNames, type SummaryRow, summaryRow } from './replay-summary-row.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

export type RuleHits = ReplayReport['rules'][number];

const MAX_RULES = 12;
const MAX_NAME_CHARACTERS = 44;

/** Undefined where there are no rules. */
export function summarizeRules({ rules }: ReplayReport): SummaryRow | undefined {
  if (rules.length === 0) return undefined;
  const applied = rules.filter((rule) => rule.applied > 0).length;
  return summaryRow(
    'rules',
    [`${formatNumberOf(rules.length, 'rule')}, ${formatCount(applied)} applied`],
    idleRules(rules),
  );
}

/** Rules without an effect, in words; empty where each has one. */
export function idleRules(rules: readonly RuleHits[]): readonly string[] {
  const unmatched = rules.filter(({ matched }) => matched === 0);
  const unfit = rules.filter((rule) => rule.applied === 0 && describeProblems(rule) !== '');
  const named = (some: readonly RuleHits[]) => listNames(some.map(({ name }) => name));
  return [
    ...(unmatched.length > 0 ? [`never matched: ${named(unmatched)}`] : []),
    ...(unfit.length > 0 ? [`matched and fitted no request: ${named(unfit)}`] : []),
  ];
}

/** `no-such-json-field 12, not-json 3`; empty where all edits fitted. */
export function describeProblems({ failed }: RuleHits): string {
  const counts = Object.entries(failed).filter(([, count]) => count > 0);
  return counts.map(([problem, count]) => `${problem} ${formatCount(count)}`).join(', ');
}

/** Empty where there are no rules. */
export function renderRules(rules: readonly RuleHits[]): string {
  if (rules.length === 0) return '';
  const shown = rules.slice(0, MAX_RULES);
  const problems = shown.some((rule) => describeProblems(rule) !== '');
  const table = renderPlainTable(
    [
      { head: 'rule', align: 'left' },
      { head: 'matched', align: 'right' },
      { head: 'applied', align: 'right' },
      ...(problems ? [{ head: 'did not fit', align: 'left' } as const] : []),
    ],
    shown.map((rule) => [
      shorten(escapeForTerminal(rule.name), MAX_NAME_CHARACTERS),
      formatCount(rule.matched),
      formatCount(rule.applied),
      ...(problems ? [describeProblems(rule)] : []),
    ]),
  );
  const more = rules.length - shown.length;
  return more === 0 ? table : `${table}\nand ${formatCount(more)} more`;
}
