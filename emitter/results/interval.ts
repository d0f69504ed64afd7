/** What happened in one interval of a run. */
import { SparseHistogram, type SparseSnapshot } from './sparse-histogram.ts';

export interface IntervalSnapshot {
  /** Counts intervals from the run's start. */
  readonly index: number;
  readonly counts: IntervalCounts;
  readonly connections: number;
  readonly fromIntended: SparseSnapshot;
  readonly service: SparseSnapshot;
  readonly scheduleLag: SparseSnapshot;
}

export interface IntervalCounts {
  due: number;
  /** Of those that were due here: dropped, or sent more than a second late. */
  missed: number;
  sent: number;
  answered: number;
  failed: number;
  notSent: number;
  errors: number;
}

export class Interval {
  readonly counts: IntervalCounts = { due: 0, missed: 0, sent: 0, answered: 0, failed: 0, notSent: 0, errors: 0 };
  /** Most that were open at once. */
  connections = 0;
  readonly fromIntended = new SparseHistogram();
  readonly service = new SparseHistogram();
  readonly scheduleLag = new SparseHistogram();

  /** Adds up all but the connections, which another time and another worker join in different ways. */
  join({ counts, fromIntended, service, scheduleLag }: Interval): void {
    this.#count(counts);
    this.fromIntended.join(fromIntended);
    this.service.join(service);
    this.scheduleLag.join(scheduleLag);
  }

  add({ counts, connections, fromIntended, service, scheduleLag }: IntervalSnapshot): void {
    this.#count(counts);
    this.connections += connections;
    this.fromIntended.add(fromIntended);
    this.service.add(service);
    this.scheduleLag.add(scheduleLag);
  }

  snapshot(index: number): IntervalSnapshot {
    return {
      index,
      counts: { ...this.counts },
      connections: this.connections,
      fromIntended: this.fromIntended.snapshot(),
      service: this.service.snapshot(),
      scheduleLag: this.scheduleLag.snapshot(),
    };
  }

  #count(counts: IntervalCounts): void {
    const mine = this.counts;
    mine.due += counts.due;
    mine.missed += counts.missed;
    mine.sent += counts.sent;
    mine.answered += counts.answered;
    mine.failed += counts.failed;
    mine.notSent += counts.notSent;
    mine.errors += counts.errors;
  }
}
