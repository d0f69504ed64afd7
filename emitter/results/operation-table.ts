/**
 * What is told of each operation. The first hundred are told apart, 52 KiB each; all that come later are one, `others`. On
 * the hot path an operation costs one look-up by the text it was recorded with.
 */
import type { Micros } from '../../core/index.ts';
import { type HistogramSnapshot, LatencyHistogram } from './latency.ts';
import { operationName } from './operation-name.ts';
import type { OperationReport } from './report.ts';

export const MAX_OPERATIONS = 100;
export const OTHERS = 'others';
/** Recorded texts whose operation is remembered; all are forgotten at once when there are more, as paths with ids are. */
const MAX_REMEMBERED = 8_192;

export interface OperationSnapshot {
  readonly operation: string;
  readonly due: number;
  readonly answered: number;
  readonly failed: number;
  readonly notSent: number;
  readonly errors: number;
  readonly fromIntended: HistogramSnapshot;
  readonly service: HistogramSnapshot;
}

export class OperationCounts {
  readonly operation: string;
  due = 0;
  failed = 0;
  notSent = 0;
  errors = 0;
  readonly fromIntended = new LatencyHistogram(2);
  readonly service = new LatencyHistogram(2);

  constructor(operation: string) {
    this.operation = operation;
  }

  answered(latency: Micros, service: Micros): void {
    this.fromIntended.record(latency);
    this.service.record(service);
  }

  snapshot(): OperationSnapshot {
    const { operation, due, failed, notSent, errors } = this;
    const fromIntended = this.fromIntended.snapshot();
    const service = this.service.snapshot();
    return { operation, due, answered: this.service.count, failed, notSent, errors, fromIntended, service };
  }
}

export class OperationTable {
  readonly #kept = new Map<string, OperationCounts>();
  readonly #remembered = new Map<string, OperationCounts>();

  /** @param recorded the operation as recorded, ids and all */
  of(recorded: string): OperationCounts {
    return this.#remembered.get(recorded) ?? this.#remember(recorded);
  }

  join(operations: readonly OperationSnapshot[]): void {
    for (const one of operations) {
      const counts = this.#counts(one.operation);
      counts.due += one.due;
      counts.failed += one.failed;
      counts.notSent += one.notSent;
      counts.errors += one.errors;
      counts.fromIntended.add(one.fromIntended);
      counts.service.add(one.service);
    }
  }

  snapshot(): readonly OperationSnapshot[] {
    return [...this.#kept.values()].map((counts) => counts.snapshot());
  }

  /** Most due first. */
  report(target: string): readonly OperationReport[] {
    return [...this.#kept.values()]
      .map(({ operation, due, failed, notSent, errors, fromIntended, service }) => ({
        operation,
        target,
        due,
        answered: service.count,
        failed,
        notSent,
        errors,
        fromIntended: fromIntended.percentiles(),
        service: service.percentiles(),
      }))
      .sort((one, other) => other.due - one.due || (one.operation < other.operation ? -1 : 1));
  }

  #remember(recorded: string): OperationCounts {
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const counts = this.#counts(operationName(recorded));
    this.#remembered.set(recorded, counts);
    return counts;
  }

  #counts(operation: string): OperationCounts {
    const known = this.#kept.get(operation);
    if (known !== undefined) return known;
    if (this.#kept.size >= MAX_OPERATIONS && operation !== OTHERS) return this.#counts(OTHERS);
    const counts = new OperationCounts(operation);
    this.#kept.set(operation, counts);
    return counts;
  }
}
