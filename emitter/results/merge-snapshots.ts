/** Snapshots of one run's workers, or of the only one, become one report: counts and histograms add up. */
import {
  judgeThreshold,
  type Micros,
  type SenderStatistics,
  type Threshold,
  type ThresholdValues,
} from '../../core/index.ts';
import { joinCorrelation } from '../correlation/index.ts';
import { joinRouting } from '../routing/routing-report.ts';
import { joinRuleHits } from '../rules/index.ts';
import { AnswerMix } from './answer-mix.ts';
import { LatencyHistogram } from './latency.ts';
import { rateReport } from './rate-report.ts';
import type { GeneratorReport, OperationReport, ReplayReport, StopCause } from './report.ts';
import type { RunCounts, RunSnapshot } from './run-snapshot.ts';
import { SpanRate } from './span-rate.ts';
import { TargetOperations } from './target-operations.ts';
import { Timeline } from './timeline.ts';

/** Tick lag whose 99th percentile shows a saturated generator. */
const SATURATED_TICK_LAG: Micros = 20_000;
/** A single hiccup on a busy machine makes some ticks and some dozens of sends late: a generator that is too slow makes more. */
const MIN_TICKS = 5_000;
const MIN_LATE_SENDS = 50;
/** Share of the sends whose tick may come later than that. */
const LATE_TICK_SHARE = 0.01;

/** The histograms that the report's percentiles are of. */
export interface RunHistograms {
  readonly fromIntended: LatencyHistogram;
  readonly service: LatencyHistogram;
  readonly scheduleLag: LatencyHistogram;
  readonly tickLag: LatencyHistogram;
}

export interface RunResult {
  readonly report: ReplayReport;
  readonly histograms: RunHistograms;
}

/**
 * @param snapshots one of each worker, at least one
 * @param thresholds judged over the whole run
 */
export function mergeSnapshots(snapshots: readonly RunSnapshot[], thresholds: readonly Threshold[] = []): RunResult {
  const first = snapshots[0];
  if (first === undefined) throw new Error('nothing to merge');
  const counts = summed<keyof RunCounts>(snapshots.map((snapshot) => snapshot.counts)) as RunCounts;
  const failed = summed(snapshots.map((snapshot) => snapshot.failed));
  const notSent = summed(snapshots.map((snapshot) => snapshot.notSent));
  const histograms = {
    fromIntended: histogramOf(snapshots, 'fromIntended'),
    service: histogramOf(snapshots, 'service'),
    scheduleLag: histogramOf(snapshots, 'scheduleLag'),
    tickLag: histogramOf(snapshots, 'tickLag'),
  };
  const asked = spanOf(snapshots, 'asked');
  const sent = spanOf(snapshots, 'sent');
  const timeline = new Timeline();
  const answerMix = new AnswerMix();
  for (const snapshot of snapshots) {
    timeline.join(snapshot.timeline);
    answerMix.join(snapshot.answerMix);
  }
  const startedAt = Math.min(...snapshots.map((snapshot) => snapshot.startedAt));
  const endedAt = Math.max(...snapshots.map((snapshot) => snapshot.startedAt + snapshot.elapsedMicros));
  const failedCount = total(failed);
  const measured: ThresholdValues = {
    times: { latency: histograms.fromIntended, service: histograms.service, lag: histograms.scheduleLag },
    counts: { ...counts, sent: sent.count, failed: failedCount, dropped: notSent.dropped ?? 0 },
    planned: asked.count,
  };
  const report: ReplayReport = {
    target: [...new Set(snapshots.map(({ target }) => target))].join(', '),
    runId: first.runId,
    plan: first.plan,
    startedAt: Math.round(startedAt),
    durationMs: (endedAt - startedAt) / 1_000,
    due: counts.due,
    answered: counts.answered,
    failed,
    notSent,
    balanced: counts.due === counts.answered + failedCount + total(notSent) + counts.held,
    rate: rateReport({
      plan: first.plan,
      asked,
      ready: spanOf(snapshots, 'ready'),
      sent,
      answers: spanOf(snapshots, 'answers'),
      dropped: notSent.dropped ?? 0,
      intervals: timeline.shortfall,
    }),
    latency: {
      fromIntended: histograms.fromIntended.percentiles(),
      service: histograms.service.percentiles(),
      scheduleLag: histograms.scheduleLag.percentiles(),
    },
    late: counts.late,
    answers: answerMix.report(),
    operations: operationsOf(snapshots),
    timeline: timeline.report(),
    generator: generatorOf(
      snapshots,
      { planned: asked.count, tickedLate: counts.tickedLate },
      histograms.tickLag,
      endedAt - startedAt,
    ),
    thresholds: thresholds.map((threshold) => judgeThreshold(threshold, measured)),
    stopped: stopCauseOf(snapshots),
    verbatim: snapshots.every((snapshot) => snapshot.verbatim),
    rules: joinRuleHits(snapshots.map(({ rules }) => rules)),
    correlation: joinCorrelation(snapshots.flatMap(({ correlation }) => correlation ?? [])),
    routing: joinRouting(snapshots.flatMap(({ routing }) => routing ?? [])),
    requestBytes: counts.requestBytes,
    responseBytes: counts.responseBytes,
    connections: summed<keyof Omit<SenderStatistics, 'inFlight'>>(
      snapshots.map((snapshot) => snapshot.connections),
    ) as ReplayReport['connections'],
  };
  return { report, histograms };
}

/** What stopped one worker stops them all, which are then interrupted: the cause that says more is told. */
function stopCauseOf(snapshots: readonly RunSnapshot[]): StopCause | undefined {
  const causes = snapshots.flatMap(({ stopped }) => stopped ?? []);
  return causes.find(({ rule }) => rule !== 'interrupted') ?? causes[0];
}

function histogramOf(snapshots: readonly RunSnapshot[], name: keyof RunHistograms): LatencyHistogram {
  const histogram = new LatencyHistogram(snapshots[0]?.[name].digits);
  for (const snapshot of snapshots) histogram.add(snapshot[name]);
  return histogram;
}

function spanOf(snapshots: readonly RunSnapshot[], name: 'asked' | 'ready' | 'sent' | 'answers'): SpanRate {
  const span = new SpanRate();
  for (const snapshot of snapshots) span.join(snapshot[name]);
  return span;
}

function operationsOf(snapshots: readonly RunSnapshot[]): readonly OperationReport[] {
  const joined = new TargetOperations();
  for (const { operations } of snapshots) joined.join(operations);
  return joined.report();
}

function generatorOf(
  snapshots: readonly RunSnapshot[],
  sends: { readonly planned: number; readonly tickedLate: number },
  tickLag: LatencyHistogram,
  elapsedMicros: Micros,
): GeneratorReport {
  const processes = new Map<number, Micros>();
  for (const { processId, cpuMicros } of snapshots) {
    processes.set(processId, Math.max(cpuMicros, processes.get(processId) ?? 0));
  }
  const cpuMicros = [...processes.values()].reduce((sum, micros) => sum + micros, 0);
  const plan = snapshots[0]?.plan;
  const lateTicks = tickLag.count >= MIN_TICKS && tickLag.percentile(99) > SATURATED_TICK_LAG;
  // What a mirror is offered may be late already.
  const lateSends = plan !== undefined && sends.tickedLate > Math.max(MIN_LATE_SENDS, sends.planned * LATE_TICK_SHARE);
  return {
    cpuPercent: elapsedMicros === 0 ? 0 : Math.round((cpuMicros * 1_000) / elapsedMicros) / 10,
    tickLag: tickLag.percentiles(),
    saturated: plan?.timing.kind !== 'max' && (lateTicks || lateSends),
  };
}

function summed<Name extends string>(
  records: readonly Readonly<Partial<Record<Name, number>>>[],
): Partial<Record<Name, number>> {
  const sums: Partial<Record<Name, number>> = {};
  for (const record of records) {
    for (const [name, count] of Object.entries(record) as [Name, number][]) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function total(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
