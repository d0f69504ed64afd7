/**
 * How many requests a recording holds over time: intervals of equal length from its first request on.
 *
 *     counts  ▂▅█▃ ▁▂▂        each interval 100 ms, or as much longer as it takes to keep to {@link MAX_INTERVALS}
 *             └ first request
 *
 * A recording of less than two hours is counted exactly to 100 ms, a day to 1.6 s; memory is the same for any length.
 */
import type { Micros, Millis, RecordedCounts } from '../../core/index.ts';

const FIRST_INTERVAL_MICROS: Micros = 100_000;
const MAX_INTERVALS = 65_536;
/** A shape finer than this would be noise, one of more pieces than this nobody sees. */
const SHAPE_INTERVAL_MS: Millis = 1_000;
const MAX_SHAPE_PIECES = 3_600;

export class RhythmCounter {
  readonly #counts = new Float64Array(MAX_INTERVALS);
  #intervalMicros = FIRST_INTERVAL_MICROS;
  #firstAt: Micros = 0;
  #used = 0;

  /** Times come about in order; one from before the first counts with the first. */
  add(at: Micros): void {
    if (this.#used === 0) this.#firstAt = at;
    let interval = Math.floor((at - this.#firstAt) / this.#intervalMicros);
    while (interval >= MAX_INTERVALS) {
      this.#widen();
      interval = Math.floor((at - this.#firstAt) / this.#intervalMicros);
    }
    if (interval < 0) interval = 0;
    if (interval >= this.#used) this.#used = interval + 1;
    this.#counts[interval] = (this.#counts[interval] as number) + 1;
  }

  rhythm(): RecordedCounts {
    return { counts: Array.from(this.#counts.subarray(0, this.#used)), intervalMs: this.#intervalMicros / 1_000 };
  }

  #widen(): void {
    const counts = this.#counts;
    for (let i = 0; i < MAX_INTERVALS / 2; i++) {
      counts[i] = (counts[2 * i] as number) + (counts[2 * i + 1] as number);
    }
    counts.fill(0, MAX_INTERVALS / 2);
    this.#used = Math.ceil(this.#used / 2);
    this.#intervalMicros *= 2;
  }
}

/** Most requests within a span of the recording, wherever it begins; a mean where the span is shorter than an interval. */
export function mostWithin({ counts, intervalMs }: RecordedCounts, spanMs: Millis): number {
  const width = Math.max(1, Math.round(spanMs / intervalMs));
  let inside = 0;
  let most = 0;
  for (const [i, count] of counts.entries()) {
    inside += count;
    if (i >= width) inside -= counts[i - width] as number;
    if (inside > most) most = inside;
  }
  return spanMs < intervalMs ? (most * spanMs) / intervalMs : most;
}

/** Requests of the recording's first so many milliseconds. */
export function countUntil({ counts, intervalMs }: RecordedCounts, spanMs: Millis): number {
  const whole = Math.min(counts.length, Math.floor(spanMs / intervalMs));
  let sum = 0;
  for (let i = 0; i < whole; i++) sum += counts[i] as number;
  return sum + (counts[whole] ?? 0) * (spanMs / intervalMs - whole);
}

/** How far into the recording so many requests reach. */
export function timeOf({ counts, intervalMs }: RecordedCounts, requests: number): Millis {
  let sum = 0;
  for (const [i, count] of counts.entries()) {
    if (sum + count >= requests) return (i + (count === 0 ? 0 : (requests - sum) / count)) * intervalMs;
    sum += count;
  }
  return counts.length * intervalMs;
}

/** As it is once its slices lie over each other. */
export function overlaid({ counts, intervalMs }: RecordedCounts, sliceMs: Millis): RecordedCounts {
  const sums = new Array<number>(Math.min(counts.length, Math.ceil(sliceMs / intervalMs) + 1)).fill(0);
  for (const [i, count] of counts.entries()) {
    const place = Math.floor(((i * intervalMs) % sliceMs) / intervalMs);
    sums[place] = (sums[place] as number) + count;
  }
  return { counts: sums, intervalMs };
}

/** Coarse enough to be the shape of a plan. */
export function shapeOf({ counts, intervalMs }: RecordedCounts): RecordedCounts {
  const perPiece = Math.max(1, Math.round(SHAPE_INTERVAL_MS / intervalMs), Math.ceil(counts.length / MAX_SHAPE_PIECES));
  const pieces = new Array<number>(Math.ceil(counts.length / perPiece)).fill(0);
  for (const [i, count] of counts.entries()) {
    const piece = Math.floor(i / perPiece);
    pieces[piece] = (pieces[piece] as number) + count;
  }
  return { counts: pieces, intervalMs: intervalMs * perPiece };
}
