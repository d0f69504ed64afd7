/**
 * How the requests were answered, beside how the recording answered them: an expired token answers fast and looks like
 * success, so `200 → 401: 812` has to show.
 */

/** Pairs of recorded and real answers that are told apart; a target that makes up statuses cannot make more. */
const MAX_PAIRS = 1_000;
const MAX_CHANGES = 20;
const OTHERS = 'others';
const NONE = 'none';

export interface AnswerChange {
  readonly recorded: string;
  readonly answered: string;
  readonly count: number;
}

export interface AnswerReport {
  /** `200`, `reply`, `exception` … → answers. */
  readonly answered: Readonly<Record<string, number>>;
  /** The same of the recorded answers of these requests; `none` where the recording has no answer. */
  readonly recorded: Readonly<Record<string, number>>;
  /** Answers that are another than the recorded one; requests without recorded answer are not compared. */
  readonly changed: number;
  /** The most frequent of those, at most 20. */
  readonly changes: readonly AnswerChange[];
}

export interface AnswerSnapshot {
  readonly pairs: readonly AnswerChange[];
  readonly changed: number;
}

interface Pair {
  readonly recorded: string;
  readonly answered: string;
  count: number;
}

export class AnswerMix {
  readonly #pairs = new Map<string, Map<string, Pair>>();
  #pairCount = 0;
  #changed = 0;
  /** Nearly always the next one too. */
  #last: Pair | undefined;

  /** @param recorded empty where the recording has no answer */
  add(recorded: string, answered: string): void {
    if (recorded !== answered && recorded !== '') this.#changed++;
    let pair = this.#last;
    if (pair === undefined || pair.recorded !== recorded || pair.answered !== answered) {
      pair = this.#pair(recorded, answered);
      this.#last = pair;
    }
    pair.count++;
  }

  join({ pairs, changed }: AnswerSnapshot): void {
    this.#changed += changed;
    for (const { recorded, answered, count } of pairs) this.#pair(recorded, answered).count += count;
  }

  snapshot(): AnswerSnapshot {
    return { pairs: this.#all().map((pair) => ({ ...pair })), changed: this.#changed };
  }

  report(): AnswerReport {
    const pairs = this.#all();
    return {
      answered: counted(pairs.map(({ answered, count }) => [answered, count])),
      recorded: counted(pairs.map(({ recorded, count }) => [recorded, count])),
      changed: this.#changed,
      changes: pairs
        .filter(({ recorded, answered }) => recorded !== answered && recorded !== '')
        .sort(
          (one, other) =>
            other.count - one.count || order(one.recorded, other.recorded) || order(one.answered, other.answered),
        )
        .slice(0, MAX_CHANGES)
        .map((pair) => ({ ...pair })),
    };
  }

  #pair(recorded: string, answered: string): Pair {
    const known = this.#pairs.get(recorded)?.get(answered);
    if (known !== undefined) return known;
    if (this.#pairCount >= MAX_PAIRS && recorded !== OTHERS) return this.#pair(OTHERS, OTHERS);
    const pair = { recorded, answered, count: 0 };
    this.#pairCount++;
    const answers = this.#pairs.get(recorded);
    if (answers === undefined) this.#pairs.set(recorded, new Map([[answered, pair]]));
    else answers.set(answered, pair);
    return pair;
  }

  #all(): Pair[] {
    return [...this.#pairs.values()].flatMap((answers) => [...answers.values()]);
  }
}

/** Sorted by name. */
function counted(entries: readonly (readonly [string, number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of entries) sums.set(name || NONE, (sums.get(name || NONE) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([one], [other]) => order(one, other)));
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
