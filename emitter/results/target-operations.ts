/** What is told of each operation, target by target. Beyond {@link MAX_TARGETS} targets all that come later are one, `others`. */
import { type OperationCounts, type OperationSnapshot, OperationTable, OTHERS } from './operation-table.ts';
import type { OperationReport } from './report.ts';

/** At a hundred operations each, 5 MiB a target. */
export const MAX_TARGETS = 16;

export interface TargetOperationsSnapshot {
  readonly target: string;
  readonly operations: readonly OperationSnapshot[];
}

export class TargetOperations {
  readonly #tables = new Map<string, OperationTable>();
  #lastTarget = '';
  #last: OperationTable | undefined;

  /** @param recorded the operation as recorded, ids and all */
  of(target: string, recorded: string): OperationCounts {
    if (this.#last === undefined || target !== this.#lastTarget) {
      this.#last = this.#table(target);
      this.#lastTarget = target;
    }
    return this.#last.of(recorded);
  }

  join(targets: readonly TargetOperationsSnapshot[]): void {
    for (const { target, operations } of targets) this.#table(target).join(operations);
  }

  snapshot(): readonly TargetOperationsSnapshot[] {
    return [...this.#tables].map(([target, table]) => ({ target, operations: table.snapshot() }));
  }

  /** Target by target, most due first. */
  report(): readonly OperationReport[] {
    return [...this.#tables].flatMap(([target, table]) => table.report(target));
  }

  #table(target: string): OperationTable {
    const known = this.#tables.get(target);
    if (known !== undefined) return known;
    if (this.#tables.size >= MAX_TARGETS && target !== OTHERS) return this.#table(OTHERS);
    const table = new OperationTable();
    this.#tables.set(target, table);
    return table;
  }
}
