/** Counts by operation, of a bounded number of operations; paths that differ in an id alone are one. */
import { operationName } from '../../emitter/index.ts';

/** Kept apart: ids that do not look like ids would otherwise grow without bound. */
const MAX_OPERATIONS = 1_000;
const OTHERS = 'others';
/** Of operations as recorded, so that most need one look-up; forgotten all at once. */
const MAX_RECORDED = 10_000;

export interface OperationCount {
  readonly operation: string;
  readonly count: number;
}

interface Counter {
  count: number;
}

export class OperationCounts {
  readonly #named = new Map<string, Counter>();
  readonly #recorded = new Map<string, Counter>();

  /** @param recorded the operation as an exchange has it */
  add(recorded: string): void {
    let counter = this.#recorded.get(recorded);
    if (counter === undefined) {
      counter = this.#counterOf(operationName(recorded));
      if (this.#recorded.size >= MAX_RECORDED) this.#recorded.clear();
      this.#recorded.set(recorded, counter);
    }
    counter.count++;
  }

  mostFrequentFirst(): readonly OperationCount[] {
    return [...this.#named]
      .map(([operation, { count }]) => ({ operation, count }))
      .sort((one, other) => other.count - one.count);
  }

  #counterOf(operation: string): Counter {
    const known = this.#named.get(operation);
    if (known !== undefined) return known;
    if (this.#named.size >= MAX_OPERATIONS && operation !== OTHERS) return this.#counterOf(OTHERS);
    const counter = { count: 0 };
    this.#named.set(operation, counter);
    return counter;
  }
}
