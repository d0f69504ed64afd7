/** A histogram of one kind of latency, exact to 3 or 2 digits, and what is told of it. */
import type { MeasuredTimes, Micros } from '../../core/index.ts';
import { type BucketBits, bucketCount, bucketOf, highestIn, MAX_MICROS, rankOf, wholeMicros } from './buckets.ts';

const BITS = { 2: 7, 3: 10 } as const;

export interface Percentiles {
  readonly count: number;
  readonly p50: Micros;
  readonly p90: Micros;
  readonly p99: Micros;
  readonly p999: Micros;
  readonly max: Micros;
  readonly mean: Micros;
}

/** A histogram as it crosses threads: the buckets that hold something, by HdrHistogram's index. */
export interface HistogramSnapshot {
  readonly digits: 2 | 3;
  readonly buckets: Uint16Array;
  /** One for each of `buckets`. */
  readonly counts: Float64Array;
  readonly sum: Micros;
  readonly min: Micros;
  readonly max: Micros;
}

/** 3 digits take 180 KiB, 2 digits 26 KiB. */
export class LatencyHistogram implements MeasuredTimes {
  readonly digits: 2 | 3;
  readonly #bits: BucketBits;
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;
  #min: Micros = MAX_MICROS;
  #max: Micros = 0;

  constructor(digits: 2 | 3 = 3) {
    this.digits = digits;
    this.#bits = BITS[digits];
    this.#counts = new Float64Array(bucketCount(this.#bits));
  }

  /** @param micros below 0 counts as 0, above an hour as an hour */
  record(micros: Micros): void {
    const whole = wholeMicros(micros);
    const bucket = bucketOf(whole, this.#bits);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    this.#sum += whole;
    if (whole < this.#min) this.#min = whole;
    if (whole > this.#max) this.#max = whole;
  }

  get count(): number {
    return this.#count;
  }

  /** 0 where nothing was recorded, as all that follow. */
  get min(): Micros {
    return this.#count === 0 ? 0 : this.#min;
  }

  get max(): Micros {
    return this.#max;
  }

  get mean(): Micros {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** The least value that at least so many percent of all do not exceed; within the digits, and never above `max`. */
  percentile(percent: number): Micros {
    let missing = rankOf(percent, this.#count);
    for (let bucket = this.#lowest; bucket < this.#beyond; bucket++) {
      missing -= this.#counts[bucket] as number;
      if (missing <= 0) return Math.min(this.#max, highestIn(bucket, this.#bits));
    }
    return this.#max;
  }

  percentiles(): Percentiles {
    return {
      count: this.#count,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.#max,
      mean: Math.round(this.mean),
    };
  }

  /** Joins in what another histogram of as many digits counted. */
  add({ digits, buckets, counts, sum, min, max }: HistogramSnapshot): void {
    if (digits !== this.digits) throw new Error(`a histogram of ${digits} digits joins one of ${this.digits}`);
    for (const [place, bucket] of buckets.entries()) {
      const count = counts[place] as number;
      this.#counts[bucket] = (this.#counts[bucket] as number) + count;
      this.#count += count;
    }
    this.#sum += sum;
    if (min < this.#min) this.#min = min;
    if (max > this.#max) this.#max = max;
  }

  snapshot(): HistogramSnapshot {
    const held: number[] = [];
    for (let bucket = this.#lowest; bucket < this.#beyond; bucket++) {
      if (this.#counts[bucket] !== 0) held.push(bucket);
    }
    const buckets = Uint16Array.from(held);
    const counts = Float64Array.from(held, (bucket) => this.#counts[bucket] as number);
    return { digits: this.digits, buckets, counts, sum: this.#sum, min: this.#min, max: this.#max };
  }

  /** Buckets that hold something, shortest first, each with the longest value it stands for. */
  *held(): Generator<{ readonly highest: Micros; readonly count: number }> {
    for (let bucket = this.#lowest; bucket < this.#beyond; bucket++) {
      const count = this.#counts[bucket] as number;
      if (count > 0) yield { highest: Math.min(this.#max, highestIn(bucket, this.#bits)), count };
    }
  }

  get #lowest(): number {
    return this.#count === 0 ? 0 : bucketOf(this.#min, this.#bits);
  }

  /** The first bucket that nothing can be in. */
  get #beyond(): number {
    return this.#count === 0 ? 0 : bucketOf(this.#max, this.#bits) + 1;
  }
}
