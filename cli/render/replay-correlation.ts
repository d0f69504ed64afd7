/** What was learnt from answers, and what came of it. */
import type { ReplayReport } from '../../emitter/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';
import { renderPlainTable } from './plain-table.ts';
import { listNames, type SummaryRow, summaryRow } from './replay-summary-row.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

export type CorrelationReport = NonNullable<ReplayReport['correlation']>;
type CorrelationRule = CorrelationReport['rules'][number];

const MAX_RULES = 12;
const MAX_NAME_CHARACTERS = 44;

/** Undefined where nothing was to be learnt. */
export function summarizeCorrelation({ correlation }: ReplayReport): SummaryRow | undefined {
  if (correlation === undefined) return undefined;
  const { rewritten, sessions } = correlation;
  const parts = [
    `${formatNumberOf(rewritten, 'request')} rewritten`,
    `${formatNumberOf(sessions, 'session')} known at the end`,
  ];
  return summaryRow('learnt', parts, correlationTroubles(correlation));
}

/** What may have gone out with a recorded value that the target does not know; empty where nothing. */
export function correlationTroubles(correlation: CorrelationReport): readonly string[] {
  const { rules, sessionsDropped, valuesDropped, withoutSession } = correlation;
  const named = (some: readonly CorrelationRule[]) => listNames(some.map(({ name }) => name));
  const unlearnt = rules.filter(({ learnt }) => learnt === 0);
  const unused = rules.filter(({ learnt, replaced }) => learnt > 0 && replaced === 0);
  const missing = rules.filter(({ learnt, missing: count }) => learnt > 0 && count > 0);
  return [
    ...(unlearnt.length > 0 ? [`never learnt: ${named(unlearnt)}`] : []),
    ...(unused.length > 0 ? [`learnt and never needed: ${named(unused)}`] : []),
    ...(missing.length > 0 ? [`missing in some answers: ${named(missing)}`] : []),
    ...(sessionsDropped > 0 ? [`${formatNumberOf(sessionsDropped, 'session')} forgotten for lack of memory`] : []),
    ...(valuesDropped > 0 ? [`${formatNumberOf(valuesDropped, 'value')} forgotten for lack of memory`] : []),
    ...(withoutSession > 0 ? [`${formatNumberOf(withoutSession, 'answer')} in no session`] : []),
  ];
}

/** Empty where nothing was to be learnt. */
export function renderCorrelation(correlation: CorrelationReport | undefined): string {
  if (correlation === undefined || correlation.rules.length === 0) return '';
  const shown = correlation.rules.slice(0, MAX_RULES);
  const tooShort = shown.some((rule) => rule.tooShort > 0);
  const table = renderPlainTable(
    [
      { head: 'learnt from answers', align: 'left' },
      ...['learnt', 'missing', 'replaced', ...(tooShort ? ['too short'] : [])].map(
        (head) => ({ head, align: 'right' }) as const,
      ),
    ],
    shown.map((rule) => [
      shorten(escapeForTerminal(rule.name), MAX_NAME_CHARACTERS),
      ...[rule.learnt, rule.missing, rule.replaced, ...(tooShort ? [rule.tooShort] : [])].map(formatCount),
    ]),
  );
  const more = correlation.rules.length - shown.length;
  return more === 0 ? table : `${table}\nand ${formatCount(more)} more`;
}
