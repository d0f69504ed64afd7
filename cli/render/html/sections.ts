/** The parts of a page that are text: verdict, summary, tables. */
import { formatIsoTime } from '../../../core/index.ts';
import type { ReplayReport } from '../../../emitter/index.ts';
import { formatCount, formatShare, formatSpan } from '../amount.ts';
import { answerRows, describeMix } from '../replay-answers.ts';
import { describeTarget, worstFirst } from '../replay-operations.ts';
import { summarizeReplay } from '../replay-summary.ts';
import { describeMeasured } from '../replay-thresholds.ts';
import { intervalRows } from './interval-rows.ts';
import { html, type Markup } from './markup.ts';
import { type Cell, renderTable } from './table.ts';

/** Operations at most; what a service has more of is paths that were not recognised as holding an id. */
const MAX_OPERATIONS = 500;

/** What a reader has to know before looking at a figure; empty where nothing is wrong. */
export function verdictSection(report: ReplayReport): Markup {
  const mix = describeMix(report.answers);
  const missed = report.thresholds.filter(({ passed }) => !passed);
  const troubles = [
    ...(report.stopped === undefined ? [] : [`stopped early: ${report.stopped.text}`]),
    ...summarizeReplay(report).flatMap(({ name, trouble }) => (trouble === undefined ? [] : [`${name}: ${trouble}`])),
    ...(mix === undefined ? [] : [mix]),
    ...(missed.length === 0 ? [] : [`thresholds missed: ${missed.map(({ text }) => text).join(', ')}`]),
  ];
  if (troubles.length === 0) return html``;
  return html`<ul class="troubles">${troubles.map((text) => html`<li>${text}</li>`)}</ul>
`;
}

export function summarySection(report: ReplayReport): Markup {
  const rows = [{ name: 'started', text: formatIsoTime(report.startedAt) }, ...summarizeReplay(report)];
  return html`<section aria-labelledby="summary"><h2 id="summary">Summary</h2>
<dl>${rows.map(({ name, text }) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>
${thresholdTable(report)}</section>
`;
}

function thresholdTable({ thresholds }: ReplayReport): Markup {
  if (thresholds.length === 0) return html``;
  return renderTable({
    caption: 'Thresholds',
    heads: ['threshold', 'verdict', 'value'],
    rows: thresholds.map((one) => [
      one.text,
      { text: one.passed ? '✓ kept' : '✗ missed' },
      { text: describeMeasured(one) },
    ]),
  });
}

export function latencySection({ latency }: ReplayReport): Markup {
  const rows = [
    ['from intended time', latency.fromIntended],
    ['from sent (service time)', latency.service],
    ['schedule lag', latency.scheduleLag],
  ] as const;
  return renderTable({
    caption: 'Latency',
    heads: ['of', 'count', 'p50', 'p90', 'p99', 'p99.9', 'max', 'mean'],
    rows: rows.map(([name, { count, p50, p90, p99, p999, max, mean }]) => [
      name,
      countCell(count),
      ...[p50, p90, p99, p999, max, mean].map((micros) => spanCell(micros, count)),
    ]),
  });
}

export function answersSection({ answers }: ReplayReport): Markup {
  const rows = answerRows(answers);
  const recorded = rows.reduce((sum, row) => sum + row.recorded, 0);
  const answered = rows.reduce((sum, row) => sum + row.answered, 0);
  if (rows.length === 0) return html``;
  const table = renderTable({
    caption: 'Answers beside the recorded ones',
    heads: ['answer', 'recorded', 'share', 'answered', 'share'],
    rows: rows.map((row) => [
      row.answer,
      countCell(row.recorded),
      { text: formatShare(row.recorded, recorded) },
      countCell(row.answered),
      { text: formatShare(row.answered, answered) },
    ]),
  });
  if (answers.changed === 0) return table;
  return html`${table}${renderTable({
    caption: `Changed answers: ${formatCount(answers.changed)}`,
    heads: ['recorded → answered', 'count'],
    rows: answers.changes.map((change) => [`${change.recorded} → ${change.answered}`, countCell(change.count)]),
  })}`;
}

export function operationsSection({ operations }: ReplayReport): Markup {
  if (operations.length === 0) return html``;
  const shown = worstFirst(operations).slice(0, MAX_OPERATIONS);
  const more = operations.length - shown.length;
  const severalTargets = new Set(operations.map(({ target }) => target)).size > 1;
  const heads = ['due', 'answered', 'errors', 'failed', 'not sent', 'p50', 'p99', 'max', 'p99 from sent'];
  return renderTable({
    caption: `Operations${more === 0 ? '' : ` (${formatCount(more)} more are left out)`}`,
    sortable: true,
    heads: ['operation', ...(severalTargets ? ['target'] : []), ...heads],
    rows: shown.map((one) => [
      one.operation,
      ...(severalTargets ? [{ text: describeTarget(one.target) }] : []),
      ...[one.due, one.answered, one.errors, one.failed, one.notSent].map(countCell),
      ...[one.fromIntended.p50, one.fromIntended.p99, one.fromIntended.max].map((micros) =>
        spanCell(micros, one.fromIntended.count),
      ),
      spanCell(one.service.p99, one.service.count),
    ]),
  });
}

/** The charts' figures, for those who cannot see them or want to copy them. */
export function intervalsSection({ timeline }: ReplayReport): Markup {
  const rows = intervalRows(timeline);
  if (rows.length === 0) return html``;
  const table = renderTable({
    caption: 'Latencies are from intended time; where a row holds several intervals, they are its worst',
    heads: [
      'from',
      'due',
      'sent',
      'answered',
      'errors',
      'failed',
      'not sent',
      'p50',
      'p99',
      'max',
      'lag p99',
      'connections',
    ],
    rows: rows.map((row) => [
      `${row.startMs / 1000} s`,
      ...[row.due, row.sent, row.answered, row.errors, row.failed, row.notSent].map(countCell),
      ...[row.p50, row.p99, row.max].map((micros) => spanCell(micros, row.answered)),
      spanCell(row.lag, row.sent),
      countCell(row.connections),
    ]),
  });
  return html`<details><summary>Figures of the charts</summary>
${table}</details>
`;
}

function countCell(count: number): Cell {
  return { text: formatCount(count), value: count };
}

/** @param count what it was measured on; nothing to tell where there was nothing */
function spanCell(micros: number, count: number): Cell {
  return count === 0 ? { text: '-', value: -1 } : { text: formatSpan(micros), value: micros };
}
