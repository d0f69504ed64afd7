/** The percentile output of HdrHistogram (`.hgrm`), for its plotters. */
import { build } from 'hdr-histogram-js';
import { MAX_MICROS } from './buckets.ts';
import type { LatencyHistogram } from './latency.ts';

/** Lines for each halving of the distance to 100 %, as all HdrHistogram tools write it. */
const TICKS_A_HALF_DISTANCE = 5;
const MICROS_A_MILLI = 1_000;

/** @returns lines of value in ms, share, count up to there and 1 ÷ (1 − share), and a summary of three lines */
export function hgrmOf(latencies: LatencyHistogram): string {
  const histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_MICROS,
    numberOfSignificantValueDigits: latencies.digits,
    useWebAssembly: false,
  });
  for (const { highest, count } of latencies.held()) histogram.recordValueWithCount(highest, count);
  return histogram.outputPercentileDistribution(TICKS_A_HALF_DISTANCE, MICROS_A_MILLI);
}
