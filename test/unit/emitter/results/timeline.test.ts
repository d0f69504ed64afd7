import { expect, test } from 'vitest';
import { MAX_INTERVALS, Timeline } from '../../../../emitter/results/timeline.ts';

const SECOND = 1_000_000;

test('each second is counted by itself, and what comes before the start counts there', () => {
  const timeline = new Timeline();
  for (const offset of [-5, 0, 999_999, 1_000_000, 3_500_000, 500_000]) timeline.at(offset).counts.sent++;
  timeline.at(Number.NaN).counts.due++;
  expect(timeline.report()).toMatchObject({ intervalMs: 1_000, due: [1, 0, 0, 0], sent: [4, 1, 0, 1] });
});

test('columns are of equal length, and 0 where nothing was', () => {
  const timeline = new Timeline();
  const last = timeline.at(2 * SECOND);
  last.fromIntended.record(3_000);
  last.service.record(2_000);
  last.scheduleLag.record(1_000);
  last.connections = 7;
  const zeros = [0, 0, 0];
  expect(timeline.report()).toEqual({
    intervalMs: 1_000,
    due: zeros,
    sent: zeros,
    answered: zeros,
    failed: zeros,
    notSent: zeros,
    errors: zeros,
    fromIntended: { p50: [0, 0, 3_000], p99: [0, 0, 3_000], max: [0, 0, 3_000] },
    service: { p50: [0, 0, 2_000], p99: [0, 0, 2_000], max: [0, 0, 2_000] },
    scheduleLag: { p99: [0, 0, 1_000] },
    connections: [0, 0, 7],
  });
});

test('a run that outgrows its seconds keeps every count in wider intervals, with true percentiles', () => {
  const timeline = new Timeline();
  const seconds = MAX_INTERVALS * 3;
  for (let second = 0; second < seconds; second++) {
    const interval = timeline.at(second * SECOND);
    interval.counts.answered++;
    interval.connections = (second % 4) + 1;
    interval.fromIntended.record(((second % 4) + 1) * 10);
  }
  const { intervalMs, answered, connections, fromIntended } = timeline.report();
  expect(intervalMs).toBe(4_000);
  expect(answered).toEqual(new Array(seconds / 4).fill(4));
  expect(connections).toEqual(new Array(seconds / 4).fill(4));
  expect(fromIntended.p50).toEqual(new Array(seconds / 4).fill(20));
  expect(fromIntended.max).toEqual(new Array(seconds / 4).fill(40));
});

test('a moment beyond all bounds has its interval too', () => {
  const timeline = new Timeline();
  timeline.at(0).counts.due++;
  timeline.at(Number.POSITIVE_INFINITY).counts.due++;
  const { due } = timeline.report();
  expect(due.length).toBeLessThanOrEqual(MAX_INTERVALS);
  expect([due[0], due.at(-1)]).toEqual([1, 1]);
});

test('workers of one run are joined, also where one has wider intervals: connections of one moment add up', () => {
  const one = new Timeline();
  const other = new Timeline();
  for (const [second, connections] of [
    [0, 3],
    [1, 5],
    [2, 1],
  ] as const) {
    const interval = one.at(second * SECOND);
    interval.counts.sent = second + 1;
    interval.connections = connections;
  }
  other.at(0).connections = 10;
  other.at(MAX_INTERVALS * SECOND).counts.sent = 9;
  const merged = new Timeline();
  for (const timeline of [one, other]) merged.join(timeline.snapshot());
  const { intervalMs, sent, connections } = merged.report();
  expect(intervalMs).toBe(2_000);
  expect(sent.slice(0, 3)).toEqual([3, 3, 0]);
  expect(connections.slice(0, 2)).toEqual([15, 1]);
  expect(sent.at(-1)).toBe(9);
});

test('an interval falls short when more than one in twenty of its sends was missed', () => {
  const timeline = new Timeline();
  for (const [second, due, missed] of [
    [0, 100, 5],
    [1, 100, 6],
    [2, 0, 0],
    [3, 1, 1],
  ] as const) {
    Object.assign(timeline.at(second * SECOND).counts, { due, missed });
  }
  expect(timeline.shortfall).toEqual({ planned: 3, short: 2 });
});
