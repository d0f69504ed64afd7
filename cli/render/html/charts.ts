/** The charts of a run, as values: what is drawn by the page's script, and what each says in words. */
import type { Millis } from '../../../core/index.ts';
import type { ReplayReport } from '../../../emitter/index.ts';
import { formatCount, formatRate, formatSpan } from '../amount.ts';

type Timeline = ReplayReport['timeline'];

/** Named as the style calls it: `--asked`. */
export type SeriesColor = 'asked' | 'sent' | 'good' | 'errors' | 'failed' | 'not-sent' | 'middle' | 'slow' | 'slowest';

export interface ChartSeries {
  readonly label: string;
  readonly color: SeriesColor;
  readonly dashed?: boolean;
  /** One an interval; null where there is nothing to tell. */
  readonly values: readonly (number | null)[];
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly unit: 'rate' | 'micros' | 'count';
  /** Drawn on top of each other, so that the upper edge is the sum. */
  readonly stacked?: boolean;
  /** Whether it begins with a logarithmic scale; undefined where it has none. */
  readonly logarithmic?: boolean;
  readonly series: readonly ChartSeries[];
}

/** Those that have something to show; none where there are fewer than two intervals: a point is no course. */
export function chartsOf({ timeline, durationMs }: ReplayReport): readonly Chart[] {
  if (timeline.due.length < 2) return [];
  const rate = (counts: readonly number[]) => ratesOf(counts, timeline.intervalMs, durationMs);
  const { fromIntended, service, scheduleLag } = timeline;
  const charts: readonly Chart[] = [
    {
      id: 'rate',
      title: 'Rate: asked, sent, answered',
      unit: 'rate',
      series: [
        { label: 'sent', color: 'sent', values: rate(timeline.sent) },
        { label: 'answered', color: 'good', values: rate(timeline.answered) },
        // Last, so that it is drawn over the others and shows where they keep to it.
        { label: 'asked', color: 'asked', dashed: true, values: rate(timeline.due) },
      ],
    },
    {
      id: 'latency',
      title: 'Latency: from intended time, and from sent',
      unit: 'micros',
      logarithmic: true,
      series: [
        { label: 'p50 from intended', color: 'middle', values: spans(fromIntended.p50) },
        { label: 'p99 from intended', color: 'slow', values: spans(fromIntended.p99) },
        { label: 'max from intended', color: 'slowest', values: spans(fromIntended.max) },
        { label: 'p50 from sent', color: 'middle', dashed: true, values: spans(service.p50) },
        { label: 'p99 from sent', color: 'slow', dashed: true, values: spans(service.p99) },
      ],
    },
    {
      id: 'outcomes',
      title: 'Outcomes',
      unit: 'rate',
      stacked: true,
      series: [
        { label: 'answered', color: 'good', values: rate(withoutErrors(timeline)) },
        { label: 'errors', color: 'errors', values: rate(timeline.errors) },
        { label: 'failed', color: 'failed', values: rate(timeline.failed) },
        { label: 'not sent', color: 'not-sent', values: rate(timeline.notSent) },
      ],
    },
    {
      id: 'lag',
      title: 'Schedule lag',
      unit: 'micros',
      logarithmic: false,
      series: [{ label: 'p99', color: 'slow', values: scheduleLag.p99 }],
    },
    {
      id: 'connections',
      title: 'Connections',
      unit: 'count',
      series: [{ label: 'open', color: 'sent', values: timeline.connections }],
    },
  ];
  return charts.filter(({ series }) => series.some(({ values }) => values.some((value) => value !== null)));
}

/** `asked: 100/s to 120/s; sent: …`, for those who cannot see it. */
export function describeChart({ title, unit, series }: Chart): string {
  const courses = series.map(({ label, values }) => {
    const told = values.filter((value) => value !== null);
    if (told.length === 0) return `${label}: nothing`;
    const least = told.reduce((one, other) => Math.min(one, other));
    const most = told.reduce((one, other) => Math.max(one, other));
    const text = least === most ? formatOf(unit, least) : `${formatOf(unit, least)} to ${formatOf(unit, most)}`;
    return `${label}: ${text}`;
  });
  return `${title}. ${courses.join('; ')}`;
}

function formatOf(unit: Chart['unit'], value: number): string {
  switch (unit) {
    case 'rate':
      return formatRate(value);
    case 'micros':
      return formatSpan(value);
    case 'count':
      return formatCount(value);
    default:
      return unit satisfies never;
  }
}

/**
 * Counts by the second. The run ends within its last interval, which is told by its real length; where that is less than
 * half of one, it would look like a drop or a burst and is left out.
 */
function ratesOf(counts: readonly number[], intervalMs: Millis, durationMs: Millis): readonly (number | null)[] {
  const last = counts.length - 1;
  const lastMs = Math.min(intervalMs, durationMs - last * intervalMs);
  return counts.map((count, index) => {
    if (index < last) return (count * 1000) / intervalMs;
    return lastMs < intervalMs / 2 ? null : (count * 1000) / lastMs;
  });
}

/** Latencies are 0 only where nothing was answered. */
function spans(micros: readonly number[]): readonly (number | null)[] {
  return micros.map((value) => (value === 0 ? null : value));
}

function withoutErrors({ answered, errors }: Timeline): readonly number[] {
  return answered.map((count, index) => Math.max(0, count - (errors[index] ?? 0)));
}
