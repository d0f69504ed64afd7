/** The timeline as rows of a table, few enough to be read. */
import type { Millis } from '../../../core/index.ts';
import type { ReplayReport } from '../../../emitter/index.ts';

type Timeline = ReplayReport['timeline'];

/** Rows at most; longer runs have several intervals in each. */
export const MAX_ROWS = 120;

export interface IntervalRow {
  readonly startMs: Millis;
  readonly due: number;
  readonly sent: number;
  readonly answered: number;
  readonly errors: number;
  readonly failed: number;
  readonly notSent: number;
  /** µs, as the lag; of several intervals the worst. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly lag: number;
  readonly connections: number;
}

/** Counts of the intervals of a row are summed, of latencies, lag and connections the highest is taken. */
export function intervalRows(timeline: Timeline): readonly IntervalRow[] {
  const count = timeline.due.length;
  const each = Math.max(1, Math.ceil(count / MAX_ROWS));
  return Array.from({ length: Math.ceil(count / each) }, (_, row) => {
    const start = row * each;
    const part = (column: readonly number[]) => column.slice(start, start + each);
    const sum = (column: readonly number[]) => part(column).reduce((total, value) => total + value, 0);
    const most = (column: readonly number[]) => Math.max(0, ...part(column));
    return {
      startMs: start * timeline.intervalMs,
      due: sum(timeline.due),
      sent: sum(timeline.sent),
      answered: sum(timeline.answered),
      errors: sum(timeline.errors),
      failed: sum(timeline.failed),
      notSent: sum(timeline.notSent),
      p50: most(timeline.fromIntended.p50),
      p99: most(timeline.fromIntended.p99),
      max: most(timeline.fromIntended.max),
      lag: most(timeline.scheduleLag.p99),
      connections: most(timeline.connections),
    };
  });
}
