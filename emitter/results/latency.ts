/** A histogram of one kind of latency, and what is told of it. */
import { build } from 'hdr-histogram-js';
import type { Micros } from '../../core/index.ts';

/** Longer ones count as this: one hour. */
const MAX_MICROS: Micros = 3_600_000_000;

export interface Percentiles {
  readonly count: number;
  readonly p50: Micros;
  readonly p90: Micros;
  readonly p99: Micros;
  readonly p999: Micros;
  readonly max: Micros;
  readonly mean: Micros;
}

export class LatencyHistogram {
  readonly #histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_MICROS,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    useWebAssembly: false,
  });

  record(micros: Micros): void {
    this.#histogram.recordValue(Math.max(0, Math.min(MAX_MICROS, Math.round(micros))));
  }

  percentiles(): Percentiles {
    const at = (percentile: number): Micros => this.#histogram.getValueAtPercentile(percentile);
    const count = this.#histogram.totalCount;
    return {
      count,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: count === 0 ? 0 : this.#histogram.maxValue,
      mean: count === 0 ? 0 : Math.round(this.#histogram.mean),
    };
  }
}
