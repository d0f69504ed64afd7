/**
 * Reads a threshold:
 *
 *     [metric:]aggregate op value[unit]
 *     metric     latency (of times, where none is named) service lag
 *                failed (of a rate, where none is named) due sent answered errors dropped late
 *     aggregate  times: p(N) avg min med max    counts: rate count
 *     op         < <= > >= == !=
 *     unit       times: ms (where none is named) us s    rate: % or none    count: none
 */
import { BytecopyError } from '../errors.ts';
import type { Micros } from '../units.ts';
import type { Comparison, CountMetric, Threshold, TimeAggregate, TimeMetric } from './threshold.ts';

const TIME_METRICS: readonly string[] = ['latency', 'service', 'lag'] satisfies TimeMetric[];
const COUNT_METRICS: readonly string[] = [
  'due',
  'sent',
  'answered',
  'failed',
  'errors',
  'dropped',
  'late',
] satisfies CountMetric[];
const UNIT_MICROS: ReadonlyMap<string, Micros> = new Map([
  ['', 1_000],
  ['us', 1],
  ['ms', 1_000],
  ['s', 1_000_000],
]);

const PARTS = /^(?:([^:]*):)?([^<>=!]*)(<=|>=|==|!=|<|>)(.*)$/s;
const NUMBER = /^(\d+(?:\.\d+)?)\s*(\D*)$/;
const PERCENTILE = /^p\(\s*(\d+(?:\.\d+)?)\s*\)$/;

/** @throws BytecopyError `THRESHOLD_INVALID` (exit code 2): what was found, and what is allowed there */
export function parseThreshold(text: string): Threshold {
  const parts = PARTS.exec(text.trim());
  if (parts === null) throw invalid(text, 'it has no comparison', 'one of < <= > >= == !=');
  const [, metric, aggregate, comparison, bound] = parts.map((part) => part?.trim());
  const number = NUMBER.exec(bound ?? '');
  if (number === null)
    throw invalid(text, `'${bound}' after the comparison is no number`, 'a number with or without unit');
  const common = { text, comparison: comparison as Comparison, limit: Number(number[1]) };
  const unit = number[2] ?? '';
  if (aggregate === 'rate') {
    if (unit !== '' && unit !== '%') throw invalid(text, `'${unit}' is no unit of a rate`, '% or none');
    return { kind: 'rate', metric: countMetric(text, metric ?? 'failed'), scale: unit === '%' ? 100 : 1, ...common };
  }
  if (aggregate === 'count') {
    if (unit !== '') throw invalid(text, `'${unit}' is no unit of a count`, 'none');
    return { kind: 'count', metric: countMetric(text, metric), ...common };
  }
  const unitMicros = UNIT_MICROS.get(unit);
  const times = {
    kind: 'time',
    metric: timeMetric(text, metric),
    aggregate: timeAggregate(text, aggregate ?? ''),
  } as const;
  if (unitMicros === undefined) throw invalid(text, `'${unit}' is no unit of a time`, 'ms, s, us, or none for ms');
  return { ...times, unitMicros, ...common };
}

function timeAggregate(text: string, found: string): TimeAggregate {
  if (found === 'med') return { kind: 'percentile', percent: 50 };
  if (found === 'avg' || found === 'min' || found === 'max') return { kind: found };
  const percent = Number(PERCENTILE.exec(found)?.[1]);
  if (Number.isNaN(percent)) throw invalid(text, `'${found}' is no aggregate`, 'p(N), avg, min, med, max, rate, count');
  if (percent > 100) throw invalid(text, `${found} is beyond 100`, 'p(0) to p(100)');
  return { kind: 'percentile', percent };
}

function timeMetric(text: string, found = 'latency'): TimeMetric {
  if (TIME_METRICS.includes(found)) return found as TimeMetric;
  throw invalid(
    text,
    COUNT_METRICS.includes(found) ? `'${found}' is counted and has no times` : `'${found}' is no metric`,
    `${TIME_METRICS.join(', ')} before a time`,
  );
}

function countMetric(text: string, found: string | undefined): CountMetric {
  if (found !== undefined && COUNT_METRICS.includes(found)) return found as CountMetric;
  const problem = found === undefined ? 'what is to be counted is not named' : `'${found}' is nothing that is counted`;
  throw invalid(text, problem, `${COUNT_METRICS.join(', ')} before rate and count`);
}

function invalid(text: string, problem: string, allowed: string): BytecopyError {
  return new BytecopyError('THRESHOLD_INVALID', `threshold '${text}': ${problem}; allowed: ${allowed}`, {
    hint: "such as 'p(95)<500', 'service:max<3s', 'rate<1%', 'answered:count>=1000'",
    exitCode: 2,
  });
}
