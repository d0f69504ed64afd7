/** The first lines of a report: what was sent, how fast, over what, and how the generator fared. */
import type { ReplayReport } from '../../emitter/index.ts';
import { formatByteCount, formatCount, formatNumberOf, formatRate, formatShare, formatSpan } from './amount.ts';
import { summarizeCorrelation } from './replay-correlation.ts';
import { describePlan } from './replay-plan.ts';
import { describeReason } from './replay-reasons.ts';
import { summarizeRules } from './replay-rules.ts';
import type { SummaryRow } from './replay-summary-row.ts';
import { summarizeTargets } from './replay-targets.ts';
import { summarizeUnits } from './replay-units.ts';
import { escapeForTerminal } from './terminal-text.ts';

/** Only the rows that say something; text from the wire is not escaped yet. */
export function summarizeReplay(report: ReplayReport): readonly SummaryRow[] {
  const rows: SummaryRow[] = [];
  const add = (name: string, text: string, trouble?: string) =>
    rows.push({ name, text, ...(trouble === undefined ? {} : { trouble }) });
  if (report.plan !== undefined) add('plan', describePlan(report.plan));
  add('sends', describeSends(report), report.balanced ? undefined : 'does not add up');
  add('rate', rateText(report.rate), shortfallText(report.rate));
  if (report.late > 0) add('late', lateText(report));
  if (report.stopped !== undefined) add('stopped', stopText(report.stopped));
  for (const summarize of [summarizeTargets, summarizeUnits, summarizeRules, summarizeCorrelation]) {
    const row = summarize(report);
    if (row !== undefined) rows.push(row);
  }
  add('bytes', bytesText(report));
  add('connections', connectionsText(report.connections));
  if (report.due > 0) addGenerator(report.generator, add);
  return rows;
}

export function renderSummary(rows: readonly SummaryRow[]): string {
  return rows
    .map(({ name, text, trouble }) => {
      const mark = trouble === undefined ? '' : `  ← ${escapeForTerminal(trouble)}`;
      return `  ${name.padEnd(11)}  ${escapeForTerminal(text)}${mark}`;
    })
    .join('\n');
}

/** `1,000 due = 990 answered + 5 failed (refused 4, timeout 1) + 5 not sent (incomplete 5)`. */
export function describeSends(
  report: Pick<ReplayReport, 'due' | 'answered' | 'failed' | 'notSent' | 'balanced'>,
): string {
  const terms = [`${formatCount(report.answered)} answered`];
  for (const [name, reasons] of [
    ['failed', report.failed],
    ['not sent', report.notSent],
  ] as const) {
    const counts = Object.entries(reasons).filter(([, count]) => count > 0);
    const sum = counts.reduce((total, [, count]) => total + count, 0);
    if (sum === 0) continue;
    const named = counts.map(([reason, count]) => `${describeReason(reason)} ${formatCount(count)}`).join(', ');
    terms.push(`${formatCount(sum)} ${name} (${named})`);
  }
  return `${formatCount(report.due)} due ${report.balanced ? '=' : '≠'} ${terms.join(' + ')}`;
}

function rateText({ askedPerSecond, sentPerSecond, answeredPerSecond }: ReplayReport['rate']): string {
  const text = (perSecond: number | undefined) => (perSecond === undefined ? '-' : formatRate(perSecond));
  const asked = askedPerSecond === undefined ? '' : `asked ${text(askedPerSecond)}, `;
  return `${asked}sent ${text(sentPerSecond)}, answered ${text(answeredPerSecond)}`;
}

function shortfallText({ reached, shortfall }: ReplayReport['rate']): string | undefined {
  if (reached) return undefined;
  switch (shortfall) {
    case 'dropped':
      return 'not reached: sends were dropped';
    case 'took-longer':
      return 'not reached: sending took longer than planned';
    case 'short-seconds':
      return 'not reached: in some seconds sends went late';
    case undefined:
      return 'not reached';
    default:
      return shortfall satisfies never;
  }
}

function lateText({ late, due }: ReplayReport): string {
  return `${formatNumberOf(late, 'send')} (${formatShare(late, due)}) more than 10 ms after due`;
}

function stopText({ rule, text }: NonNullable<ReplayReport['stopped']>): string {
  return rule === 'interrupted' ? text : `${text} (${rule})`;
}

function bytesText({ requestBytes, responseBytes, verbatim }: ReplayReport): string {
  const how = verbatim ? '' : '; requests in the words of HTTP/2, not verbatim';
  return `${formatByteCount(requestBytes)} sent, ${formatByteCount(responseBytes)} received${how}`;
}

function connectionsText(connections: ReplayReport['connections']): string {
  const { opened, peak, failedToOpen, closedByPeer, retried } = connections;
  return [
    `${formatCount(opened)} opened`,
    `at most ${formatCount(peak)} at once`,
    ...(failedToOpen > 0 ? [`${formatCount(failedToOpen)} did not open`] : []),
    ...(closedByPeer > 0 ? [`${formatCount(closedByPeer)} closed by the target`] : []),
    ...(retried > 0 ? [`${formatNumberOf(retried, 'send')} retried`] : []),
  ].join(', ');
}

function addGenerator(
  { cpuPercent, tickLag, saturated }: ReplayReport['generator'],
  add: (name: string, text: string, trouble?: string) => void,
): void {
  const ticks = tickLag.count === 0 ? '' : `, ticks late by ${formatSpan(tickLag.p99)} (p99)`;
  const trouble = 'saturated, over 1 % of its ticks or sends 20 ms late: these latencies hold its own delays';
  add('generator', `${Math.round(cpuPercent)} % of a core${ticks}`, saturated ? trouble : undefined);
}
