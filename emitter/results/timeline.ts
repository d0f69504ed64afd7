/**
 * The run by intervals: one second each at first, two by two joined whenever the run outgrows {@link MAX_INTERVALS}, so that
 * a run of any length has a small, whole history. Latencies are kept as sparse histograms, so that the percentiles of joined
 * intervals are true ones: 7 KB an interval of 10,000 sends, 25 MB where there are 3,600 of them. Joining so many takes some
 * 30 ms, once an hour, two hours, four hours.
 */
import type { Micros } from '../../core/index.ts';
import { Interval, type IntervalCounts, type IntervalSnapshot } from './interval.ts';
import type { LatencyColumns, Timeline as TimelineReport } from './report.ts';
import type { SparseHistogram } from './sparse-histogram.ts';

export const MAX_INTERVALS = 3_600;
const FIRST_INTERVAL_MICROS: Micros = 1_000_000;
/** Share of an interval's sends that may be missed for the plan to count as kept there. */
const MISSED_SHARE = 0.05;

export interface TimelineSnapshot {
  readonly intervalMicros: Micros;
  /** Those in which something happened, in order. */
  readonly intervals: readonly IntervalSnapshot[];
}

/** Offsets are µs since the run's start; what lies before it counts as the start. */
export class Timeline {
  #intervals: (Interval | undefined)[] = [];
  #intervalMicros = FIRST_INTERVAL_MICROS;
  /** The interval used last, which is nearly always the next one too, and where it begins and ends. */
  #current = new Interval();
  #from: Micros = 0;
  #to: Micros = 0;

  /** The interval of that moment. */
  at(offset: Micros): Interval {
    if (offset >= this.#from && offset < this.#to) {
      return this.#current;
    }
    return this.#seek(offset);
  }

  /** Intervals in which something was due, and those of them in which over 5 % of that was missed. */
  get shortfall(): { readonly planned: number; readonly short: number } {
    let planned = 0;
    let short = 0;
    for (const interval of this.#intervals) {
      const due = interval?.counts.due ?? 0;
      if (due === 0) continue;
      planned++;
      if ((interval?.counts.missed ?? 0) > due * MISSED_SHARE) short++;
    }
    return { planned, short };
  }

  snapshot(): TimelineSnapshot {
    const intervals: IntervalSnapshot[] = [];
    for (const [index, interval] of this.#intervals.entries()) {
      if (interval === undefined) continue;
      intervals.push(interval.snapshot(index));
    }
    return { intervalMicros: this.#intervalMicros, intervals };
  }

  /** Adds what another worker counted in the same run: connections of one moment add up. */
  join(snapshot: TimelineSnapshot): void {
    const other = new Timeline();
    other.#intervalMicros = snapshot.intervalMicros;
    for (const told of snapshot.intervals) other.#interval(told.index).add(told);
    while (other.#intervalMicros < this.#intervalMicros) other.#widen();
    while (this.#intervalMicros < other.#intervalMicros) this.#widen();
    for (const [index, theirs] of other.#intervals.entries()) {
      if (theirs === undefined) continue;
      const mine = this.#interval(index);
      mine.join(theirs);
      mine.connections += theirs.connections;
    }
  }

  report(): TimelineReport {
    const all = Array.from(this.#intervals, (interval) => interval ?? new Interval());
    const counted = (name: keyof IntervalCounts) => all.map(({ counts }) => counts[name]);
    return {
      intervalMs: this.#intervalMicros / 1_000,
      due: counted('due'),
      sent: counted('sent'),
      answered: counted('answered'),
      failed: counted('failed'),
      notSent: counted('notSent'),
      errors: counted('errors'),
      fromIntended: columns(all.map(({ fromIntended }) => fromIntended)),
      service: columns(all.map(({ service }) => service)),
      scheduleLag: { p99: all.map(({ scheduleLag }) => scheduleLag.percentile(99)) },
      connections: all.map(({ connections }) => connections),
    };
  }

  #seek(offset: Micros): Interval {
    const bounded = offset > 0 ? Math.min(offset, Number.MAX_SAFE_INTEGER) : 0;
    while (bounded >= MAX_INTERVALS * this.#intervalMicros) this.#widen();
    const index = Math.floor(bounded / this.#intervalMicros);
    const interval = this.#interval(index);
    this.#current = interval;
    this.#from = index * this.#intervalMicros;
    this.#to = this.#from + this.#intervalMicros;
    return interval;
  }

  #interval(index: number): Interval {
    return this.#intervals[index] ?? this.#put(index, new Interval());
  }

  #put(index: number, interval: Interval): Interval {
    while (this.#intervals.length <= index) this.#intervals.push(undefined);
    this.#intervals[index] = interval;
    return interval;
  }

  /** Joins the intervals two by two; the connections of both are never open at the same time. */
  #widen(): void {
    const narrow = this.#intervals;
    this.#intervals = [];
    this.#intervalMicros *= 2;
    this.#to = 0;
    for (const [index, one] of narrow.entries()) {
      if (one === undefined) continue;
      const wide = this.#intervals[index >>> 1];
      if (wide === undefined) {
        this.#put(index >>> 1, one);
      } else {
        wide.join(one);
        wide.connections = Math.max(wide.connections, one.connections);
      }
    }
  }
}

function columns(histograms: readonly SparseHistogram[]): LatencyColumns {
  return {
    p50: histograms.map((histogram) => histogram.percentile(50)),
    p99: histograms.map((histogram) => histogram.percentile(99)),
    max: histograms.map(({ max }) => max),
  };
}
