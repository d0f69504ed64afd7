/** Targets that were taken out: open until their last request has ended, then remembered for the report. */
import type { TargetEntry } from './target-entry.ts';
import { type TargetTally, tallyOf } from './target-report.ts';

/** Of the targets that are over; discovery may name new ones for as long as a run takes. */
const MAX_TALLIES = 1_000;

export type Closed<Handle> = (entry: TargetEntry<Handle>) => void;

interface Leaving<Handle> {
  readonly standby: boolean;
  readonly closed: Closed<Handle>;
}

export class RemovedTargets<Handle> {
  readonly #leaving = new Map<TargetEntry<Handle>, Leaving<Handle>>();
  /** By id, the oldest first. */
  readonly #over = new Map<string, TargetTally>();
  readonly #others = { targets: 0, sends: 0, expectedSends: 0 };

  take(entry: TargetEntry<Handle>, leaving: Leaving<Handle>): void {
    this.#leaving.set(entry, leaving);
  }

  /**
   * Its last request has ended.
   * @param heir a target of its id that was added since, which goes on with its counts
   * @returns what to call; undefined where it was not taken out
   */
  close(entry: TargetEntry<Handle>, heir: TargetEntry<Handle> | undefined): Closed<Handle> | undefined {
    const leaving = this.#leaving.get(entry);
    if (leaving === undefined) return undefined;
    this.#leaving.delete(entry);
    if (heir === undefined) {
      addTo(entry, this.recall(entry.id));
      this.#over.set(entry.id, tallyOf(entry, leaving.standby, 0));
      this.#forgetOldest();
    } else {
      addTo(heir, entry);
    }
    return leaving.closed;
  }

  /** Forgets the target that is over, because one of the same id goes on with its counts. */
  recall(id: string): TargetTally | undefined {
    const tally = this.#over.get(id);
    this.#over.delete(id);
    return tally;
  }

  get others(): { readonly targets: number; readonly sends: number; readonly expectedSends: number } {
    return this.#others;
  }

  tallies(): readonly TargetTally[] {
    const leaving = [...this.#leaving].map(([entry, { standby }]) => tallyOf(entry, standby, 0));
    return [...leaving, ...this.#over.values()];
  }

  #forgetOldest(): void {
    if (this.#over.size <= MAX_TALLIES) return;
    const [oldest] = this.#over.values();
    if (oldest === undefined) return;
    this.#over.delete(oldest.id);
    this.#others.targets++;
    addTo(this.#others, oldest);
  }
}

interface Counts {
  sends: number;
  expectedSends: number;
}

export function addTo(counts: Counts, more: Readonly<Counts> | undefined): void {
  counts.sends += more?.sends ?? 0;
  counts.expectedSends += more?.expectedSends ?? 0;
}
