/**
 * What a replay or a mirror did, as text of about one screen; what says nothing is left out.
 *
 *     replay to 127.0.0.1:8080 (run r1), 10.0 s
 *       sends, rate, connections, generator …      replay-summary.ts
 *     latency table                                latency-table.ts
 *     answers beside the recorded ones             replay-answers.ts
 *     targets, and what changed                    replay-targets.ts, replay-events.ts
 *     rules, and what was learnt from answers      replay-rules.ts, replay-correlation.ts
 *     operations, the failing ones first           replay-operations.ts
 *     ✓ and ✗ thresholds                           replay-thresholds.ts
 */
import type { ReplayReport } from '../../emitter/index.ts';
import { renderLatencyTable } from './latency-table.ts';
import { renderAnswers } from './replay-answers.ts';
import { renderCorrelation } from './replay-correlation.ts';
import { describeView, eventsOf, renderEvents } from './replay-events.ts';
import { renderOperations } from './replay-operations.ts';
import { renderRules } from './replay-rules.ts';
import { renderSummary, summarizeReplay } from './replay-summary.ts';
import { listNames } from './replay-summary-row.ts';
import { renderTargets } from './replay-targets.ts';
import { renderThresholds } from './replay-thresholds.ts';
import { escapeForTerminal } from './terminal-text.ts';

export function renderReplayReport(report: ReplayReport): string {
  const head = `${escapeForTerminal(replayTitle(report))}\n${renderSummary(summarizeReplay(report))}`;
  const { fromIntended, service, scheduleLag } = report.latency;
  const latency =
    scheduleLag.count === 0
      ? ''
      : renderLatencyTable([
          { name: 'from intended time', ...fromIntended },
          { name: 'service time', ...service },
          { name: 'schedule lag', ...scheduleLag },
        ]);
  const sections = [
    head,
    latency,
    renderAnswers(report.answers),
    renderTargets(report),
    report.routing === undefined ? '' : renderEvents(eventsOf(report.routing), describeView(report)),
    renderRules(report.rules),
    renderCorrelation(report.correlation),
    renderOperations(report.operations),
    renderThresholds(report.thresholds),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** `replay to 127.0.0.1:8080 (run r1), 10.0 s`, of many targets the first few; not escaped. */
export function replayTitle({ plan, target, runId, durationMs }: ReplayReport): string {
  const seconds = (Math.max(0, durationMs) / 1000).toFixed(1);
  return `${plan === undefined ? 'mirror' : 'replay'} to ${listNames(target.split(', '))} (run ${runId}), ${seconds} s`;
}
