/** Rules with what they did, and what was learnt from answers. */
import type { ReplayReport } from '../../../emitter/index.ts';
import { formatCount } from '../amount.ts';
import { type CorrelationReport, correlationTroubles } from '../replay-correlation.ts';
import { describeProblems, idleRules } from '../replay-rules.ts';
import { html, type Markup } from './markup.ts';
import { type Cell, renderTable } from './table.ts';

/** Empty where there are no rules. */
export function rulesSection({ rules }: ReplayReport): Markup {
  if (rules.length === 0) return html``;
  const table = renderTable({
    caption: 'Rules, in their order',
    sortable: true,
    heads: ['rule', 'matched', 'applied', 'did not fit'],
    rows: rules.map((rule) => [
      rule.name,
      countCell(rule.matched),
      countCell(rule.applied),
      { text: describeProblems(rule) || '-' },
    ]),
  });
  return html`<section aria-labelledby="rules"><h2 id="rules">Rules</h2>
${paragraphs(idleRules(rules))}${table}</section>
`;
}

/** Empty where nothing was to be learnt. */
export function correlationSection({ correlation }: ReplayReport): Markup {
  if (correlation === undefined) return html``;
  return html`<section aria-labelledby="learnt"><h2 id="learnt">Learnt from answers</h2>
<dl>${factsOf(correlation).map(([name, count]) => html`<dt>${name}</dt><dd>${formatCount(count)}</dd>`)}</dl>
${paragraphs(correlationTroubles(correlation))}${renderTable({
  caption: 'Values learnt, and put into later requests',
  heads: ['value', 'learnt', 'missing', 'replaced', 'too short'],
  rows: correlation.rules.map(({ name, learnt, missing, replaced, tooShort }) => [
    name,
    ...[learnt, missing, replaced, tooShort].map(countCell),
  ]),
})}</section>
`;
}

function factsOf(correlation: CorrelationReport): readonly (readonly [name: string, count: number])[] {
  const { rewritten, sessions, sessionsDropped, valuesDropped, withoutSession } = correlation;
  return [
    ['requests rewritten', rewritten],
    ['sessions known at the end', sessions],
    ['sessions forgotten', sessionsDropped],
    ['values forgotten', valuesDropped],
    ['answers in no session', withoutSession],
  ];
}

function paragraphs(texts: readonly string[]): readonly Markup[] {
  return texts.map(
    (text) => html`<p>${text}</p>
`,
  );
}

function countCell(count: number): Cell {
  return { text: formatCount(count), value: count };
}
