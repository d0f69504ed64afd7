/** Counts by operation, of a bounded number of operations; paths that differ in an id alone are one. */
import { operationName } from '../../emitter/index.ts';

/** Kept apart: ids that do not look like ids would otherwise grow without bound. */
const MAX_OPERATIONS = 1_000;
const OTHERS = 'others';

export interface OperationCount {
  readonly operation: string;
  readonly count: number;
}

export class OperationCounts {
  readonly #counts = new Map<string, number>();

  add(recorded: string): void {
    const operation = operationName(recorded);
    const known = this.#counts.get(operation);
    if (known !== undefined) this.#counts.set(operation, known + 1);
    else if (this.#counts.size < MAX_OPERATIONS) this.#counts.set(operation, 1);
    else this.#counts.set(OTHERS, (this.#counts.get(OTHERS) ?? 0) + 1);
  }

  mostFrequentFirst(): readonly OperationCount[] {
    return [...this.#counts]
      .map(([operation, count]) => ({ operation, count }))
      .sort((one, other) => other.count - one.count);
  }
}
