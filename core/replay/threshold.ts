/**
 * A bound on what a run measured, in k6's manner: `p(95)<500`, `rate<1%`, `lag:p(99)<2`, `answered:count>=1000`.
 *
 * Times are told of all answered sends (of all that went, for the lag). `failed` is what a caller would have to call so:
 * failed sends, answers that are errors and were not recorded so, and dropped sends; a `rate` is the share of the due sends
 * but those that the plan left out, so that what may not be sent hides no failures.
 */
import type { Micros } from '../units.ts';

/** `latency` counts from when a send was due, `service` from when it went; `lag` is what lies between. */
export type TimeMetric = 'latency' | 'service' | 'lag';
export type CountMetric = 'due' | 'sent' | 'answered' | 'failed' | 'errors' | 'dropped' | 'late';
export type TimeAggregate =
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'avg' | 'min' | 'max' };
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

interface Bound {
  /** As given. */
  readonly text: string;
  readonly comparison: Comparison;
  /** In the threshold's own unit. */
  readonly limit: number;
}

export interface TimeThreshold extends Bound {
  readonly kind: 'time';
  readonly metric: TimeMetric;
  readonly aggregate: TimeAggregate;
  /** How many of them the unit has: 1 for `us`, 1,000 for `ms`, 1,000,000 for `s`. */
  readonly unitMicros: Micros;
}

export interface RateThreshold extends Bound {
  readonly kind: 'rate';
  readonly metric: CountMetric;
  /** 100 where the limit is in percent, otherwise 1. */
  readonly scale: 1 | 100;
}

export interface CountThreshold extends Bound {
  readonly kind: 'count';
  readonly metric: CountMetric;
}

export type Threshold = TimeThreshold | RateThreshold | CountThreshold;

/** What a histogram has to tell to be judged; values in µs. */
export interface MeasuredTimes {
  readonly count: number;
  readonly min: Micros;
  readonly max: Micros;
  readonly mean: Micros;
  /** @param percent 0–100 */
  percentile(percent: number): Micros;
}

/** What a run measured. `failed` are failed sends alone here; what a threshold means by it is added up by the judge. */
export interface ThresholdValues {
  readonly times: Readonly<Record<TimeMetric, MeasuredTimes>>;
  readonly counts: Readonly<Record<CountMetric, number>>;
  /** Due sends but those that the plan left out. */
  readonly planned: number;
}

export interface ThresholdReport {
  /** As given: `p(95)<500`. */
  readonly text: string;
  /** In the threshold's unit; undefined where there is nothing to measure, which counts as failed. */
  readonly value: number | undefined;
  readonly passed: boolean;
}

export function judgeThreshold(threshold: Threshold, values: ThresholdValues): ThresholdReport {
  const value = measure(threshold, values);
  const { text, comparison, limit } = threshold;
  return { text, value, passed: value !== undefined && holds(value, comparison, limit) };
}

function measure(threshold: Threshold, { times, counts, planned }: ThresholdValues): number | undefined {
  switch (threshold.kind) {
    case 'time': {
      const measured = times[threshold.metric];
      if (measured.count === 0) return undefined;
      return aggregated(measured, threshold.aggregate) / threshold.unitMicros;
    }
    case 'rate':
      return planned === 0 ? undefined : (countOf(threshold.metric, counts) * threshold.scale) / planned;
    case 'count':
      return counts.due === 0 ? undefined : countOf(threshold.metric, counts);
    default:
      return threshold satisfies never;
  }
}

function aggregated(measured: MeasuredTimes, aggregate: TimeAggregate): Micros {
  switch (aggregate.kind) {
    case 'percentile':
      return measured.percentile(aggregate.percent);
    case 'avg':
      return measured.mean;
    case 'min':
      return measured.min;
    case 'max':
      return measured.max;
    default:
      return aggregate satisfies never;
  }
}

function countOf(metric: CountMetric, counts: ThresholdValues['counts']): number {
  return metric === 'failed' ? counts.failed + counts.errors + counts.dropped : counts[metric];
}

function holds(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
    case '!=':
      return value !== limit;
    default:
      return comparison satisfies never;
  }
}
