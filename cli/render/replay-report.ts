/** What a replay or a mirror did, as text: counts, rate against the asked one, latencies, statuses. */
import type { ReplayProgress, ReplayReport } from '../../emitter/index.ts';
import { formatByteCount, formatCount, formatNumberOf } from './amount.ts';
import { renderBars } from './bars.ts';
import { renderLatencyTable } from './latency-table.ts';
import { escapeForTerminal } from './terminal-text.ts';

export function renderReplayReport(report: ReplayReport): string {
  const { latency, statuses, connections, rate } = report;
  const seconds = (Math.max(0, report.durationMs) / 1000).toFixed(1);
  const lines = [
    `${report.timing === undefined ? 'mirror' : 'replay'} to ${escapeForTerminal(report.target)} (run ${escapeForTerminal(report.runId)}), ${seconds} s`,
    `  sends        ${sendsText(report)}${report.balanced ? '' : '  ← does not add up'}`,
    `  rate         ${rateText(report)}${rate.reached ? '' : '  ← not reached'}`,
    `  bytes        ${formatByteCount(report.requestBytes)} sent, ${formatByteCount(report.responseBytes)} received`,
    `  connections  ${formatCount(connections.opened)} opened, at most ${formatCount(connections.peak)} at once, ${formatNumberOf(connections.retried, 'send')} retried`,
  ];
  if (latency.scheduleLag.count > 0) {
    lines.push(
      '',
      renderLatencyTable([
        { name: 'from intended time', ...latency.fromIntended },
        { name: 'service time', ...latency.service },
        { name: 'schedule lag', ...latency.scheduleLag },
      ]),
    );
  }
  const answered = Object.entries(statuses.answered);
  if (answered.length > 0) {
    const rows = answered.map(([status, count]) => ({
      label: `status ${status}`,
      value: count,
      text: formatCount(count),
    }));
    lines.push('', renderBars(rows, 30));
  }
  if (statuses.changed > 0) {
    lines.push(`${formatNumberOf(statuses.changed, 'answer')} with another status than recorded`);
  }
  return lines.join('\n');
}

/** One line while it runs. */
export function renderReplayProgress(progress: ReplayProgress): string {
  const seconds = Math.floor(progress.elapsedMs / 1000);
  const troubles = [
    ...(progress.failed > 0 ? [`${formatCount(progress.failed)} failed`] : []),
    ...(progress.notSent > 0 ? [`${formatCount(progress.notSent)} not sent`] : []),
    ...(progress.waiting > 0 ? [`${formatCount(progress.waiting)} waiting`] : []),
  ];
  const counts = [
    `${formatCount(progress.due)} due`,
    `${formatCount(progress.answered)} answered`,
    `${formatCount(progress.inFlight)} in flight`,
    ...troubles,
  ];
  return `${seconds} s  ${counts.join(', ')}  on ${formatNumberOf(progress.connections, 'connection')}`;
}

function sendsText(report: ReplayReport): string {
  const terms = [`${formatCount(report.answered)} answered`];
  for (const [name, reasons] of [
    ['failed', report.failed],
    ['not sent', report.notSent],
  ] as const) {
    const counts = Object.entries(reasons).filter(([, count]) => count > 0);
    const sum = counts.reduce((total, [, count]) => total + count, 0);
    if (sum > 0) {
      const named = counts.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(', ');
      terms.push(`${formatCount(sum)} ${name} (${named})`);
    }
  }
  return `${formatCount(report.due)} due = ${terms.join(' + ')}`;
}

function rateText({ rate }: ReplayReport): string {
  const perSecond = (value: number | undefined) =>
    value === undefined ? '-' : `${formatCount(Math.round(value * 10) / 10)}/s`;
  const asked = rate.askedPerSecond === undefined ? '' : `asked ${perSecond(rate.askedPerSecond)}, `;
  return `${asked}sent ${perSecond(rate.sentPerSecond)}, answered ${perSecond(rate.answeredPerSecond)}`;
}
