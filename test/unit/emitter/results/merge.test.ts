import { expect, test } from 'vitest';
import { parseThreshold } from '../../../../core/index.ts';
import { mergeProgress } from '../../../../emitter/results/merge-progress.ts';
import { mergeSnapshots } from '../../../../emitter/results/merge-snapshots.ts';
import { NO_PROGRESS } from '../../../../emitter/results/report.ts';
import type { RunSnapshot } from '../../../../emitter/results/run-snapshot.ts';
import { RUN_START, RUN_WALL, runRecord, SENDER_AT_REST, tell } from '../../../support/emitter/run-events.ts';

const SECOND = 1_000_000;
const END = RUN_START + 10 * SECOND;

test('a snapshot crosses threads and is still the same', () => {
  const { record } = runRecord();
  tell(record, { dueAt: 0, lagMicros: 5, serviceMicros: 10, outcome: { answer: '200' } });
  const snapshot = record.snapshot(END, SENDER_AT_REST);
  expect(structuredClone(snapshot)).toEqual(snapshot);
  expect(mergeSnapshots([structuredClone(snapshot)]).report).toEqual(mergeSnapshots([snapshot]).report);
});

test('workers that start one after the other are one run: its span, its targets, its reason to end', () => {
  const first = runRecord().record.snapshot(END, SENDER_AT_REST, { stopped: { rule: 'interrupted', text: 'by hand' } });
  const second: RunSnapshot = {
    ...runRecord({ target: 't:2' }).record.snapshot(END, SENDER_AT_REST, {
      stopped: { rule: 'latency', text: 'too slow' },
      verbatim: false,
    }),
    startedAt: RUN_WALL + 500_000,
  };
  expect(mergeSnapshots([first, second]).report).toMatchObject({
    target: 't:1, t:2',
    startedAt: RUN_WALL,
    durationMs: 10_500,
    stopped: { rule: 'latency' },
    verbatim: false,
    connections: { open: 2, peak: 4, opened: 6 },
  });
});

test('CPU time of threads is that of their process, of processes it adds up', () => {
  const snapshot = { ...runRecord().record.snapshot(END, SENDER_AT_REST), cpuMicros: 5 * SECOND, processId: 1 };
  const cpuPercent = (...snapshots: readonly RunSnapshot[]) => mergeSnapshots(snapshots).report.generator.cpuPercent;
  expect(cpuPercent(snapshot, { ...snapshot, cpuMicros: 5.5 * SECOND })).toBe(55);
  expect(cpuPercent(snapshot, { ...snapshot, processId: 2 })).toBe(100);
});

test('thresholds are judged over all workers', () => {
  const slow = runRecord().record;
  const fast = runRecord().record;
  for (let index = 0; index < 50; index++) {
    tell(slow, { dueAt: index, serviceMicros: 9_000, outcome: { answer: '200' } });
    tell(fast, { dueAt: index, serviceMicros: 1_000, outcome: { answer: index === 0 ? '500' : '200' } });
  }
  tell(slow, { dueAt: 50, outcome: { failed: 'reset' } });
  tell(slow, { dueAt: 51, outcome: { notSent: 'dropped' } });
  const thresholds = ['p(50)<2', 'service:p(51)<2', 'rate<3%', 'sent:count==101', 'failed:count==3'].map(
    parseThreshold,
  );
  const snapshots = [slow, fast].map((record) => record.snapshot(END, SENDER_AT_REST));
  expect(mergeSnapshots(snapshots, thresholds).report.thresholds).toEqual([
    { text: 'p(50)<2', value: 1, passed: true },
    { text: 'service:p(51)<2', value: expect.closeTo(9, 2), passed: false },
    { text: 'rate<3%', value: 300 / 102, passed: true },
    { text: 'sent:count==101', value: 101, passed: true },
    { text: 'failed:count==3', value: 3, passed: true },
  ]);
});

test('the histograms of a result are those of its percentiles', () => {
  const { record } = runRecord();
  tell(record, { dueAt: 0, lagMicros: 5, serviceMicros: 10, outcome: { answer: '200' } });
  const { report, histograms } = mergeSnapshots([record.snapshot(END, SENDER_AT_REST)]);
  expect(histograms.fromIntended.percentiles()).toEqual(report.latency.fromIntended);
  expect(histograms.service.percentile(99)).toBe(10);
});

test('progress of workers adds up, and their worst latency is told', () => {
  const recent = (p99: number) => ({
    fromIntended: { p50: 1, p99 },
    scheduleLag: { p99: 2 },
    tickLag: { p99: 10 - p99 },
  });
  const one = {
    ...NO_PROGRESS,
    elapsedMs: 900,
    due: 5,
    waiting: 1,
    consecutiveFailures: 2,
    recent: recent(4),
    plannedUntil: 8,
  };
  const other = {
    ...NO_PROGRESS,
    elapsedMs: 950,
    due: 7,
    inFlight: 3,
    consecutiveFailures: 1,
    recent: recent(6),
    plannedUntil: 5,
  };
  expect(mergeProgress([one, other])).toEqual({
    ...NO_PROGRESS,
    elapsedMs: 950,
    due: 12,
    waiting: 1,
    inFlight: 3,
    consecutiveFailures: 3,
    recent: { fromIntended: { p50: 1, p99: 6 }, scheduleLag: { p99: 2 }, tickLag: { p99: 6 } },
    plannedUntil: 8,
  });
  expect(mergeProgress([])).toEqual(NO_PROGRESS);
});
