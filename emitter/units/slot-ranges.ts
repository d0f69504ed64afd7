/** Ranges of slots that units own: whether they are complete, and who owns a slot. */

export interface SlotRange {
  readonly unit: string;
  /** The first slot of it. */
  readonly from: number;
  /** The first slot behind it. */
  readonly to: number;
}

/** Problems told at most; the rest are of the same kind. */
const MAX_PROBLEMS = 5;

/** Why the ranges are not all slots from 0 on, each once; empty where they are. */
export function rangeProblems(ranges: readonly SlotRange[], slots: number): readonly string[] {
  const problems: string[] = [];
  const sorted = inOrder(ranges);
  let next = 0;
  let owner = '';
  for (const { unit, from, to } of sorted) {
    if (problems.length >= MAX_PROBLEMS) break;
    if (to <= from) problems.push(`${unit} from ${from} to ${to}: to is the first slot behind the range, above from`);
    else if (to > slots)
      problems.push(`${unit} from ${from} to ${to}: there are ${slots} slots, so to is at most ${slots}`);
    if (from > next) problems.push(`slots ${next} to ${from} have no unit`);
    else if (from < next && to > from) {
      problems.push(`slots ${from} to ${Math.min(to, next)} are doubled: of ${owner} and of ${unit}`);
    }
    if (to > next) {
      next = to;
      owner = unit;
    }
  }
  if (next < slots && problems.length < MAX_PROBLEMS) problems.push(`slots ${next} to ${slots} have no unit`);
  return problems;
}

/** Finds the owner of a slot in log2(ranges) steps. */
export class SlotOwners {
  readonly #starts: Float64Array;
  readonly #units: readonly string[];

  /** @param ranges complete and without overlap */
  constructor(ranges: readonly SlotRange[]) {
    const sorted = inOrder(ranges);
    this.#starts = Float64Array.from(sorted, ({ from }) => from);
    this.#units = sorted.map(({ unit }) => unit);
  }

  ownerOf(slot: number): string {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= slot) low = middle;
      else high = middle - 1;
    }
    return this.#units[low] as string;
  }
}

function inOrder(ranges: readonly SlotRange[]): SlotRange[] {
  return [...ranges].sort((one, other) => one.from - other.from || one.to - other.to);
}
