/** What became of each target: its sends, beside what its weight and its availability let expect. */
import type { Micros } from '../../core/index.ts';
import type { DrainReport } from './drain-log.ts';
import type { TargetEntry } from './target-entry.ts';
import type { TargetPool } from './target-pool.ts';

export interface TargetReport {
  readonly id: string;
  readonly name: string;
  readonly pool: string;
  readonly unit: string | undefined;
  readonly standby: boolean;
  /** Now; 0 where it drains or has been taken out. */
  readonly weight: number;
  /** Now, 0–1. */
  readonly availability: number;
  readonly inFlight: number;
  /** Sends that began. */
  readonly sends: number;
  /** Of all sends, 0–1. */
  readonly share: number;
  /** What its weight and its pool's would give it now if every target were well and no unit asked for; 0 for standby. */
  readonly weightShare: number;
  /** What was to be expected of the weights, availabilities and units there were at each choice, 0–1. */
  readonly expectedShare: number;
  /** When it last was chosen, monotonic. */
  readonly chosenAt: Micros | undefined;
}

export interface TargetSetReport {
  readonly sends: number;
  /** In the order of the pools; then those that have been taken out. */
  readonly targets: readonly TargetReport[];
  /** Targets that have been taken out so long ago that only their sum is known. */
  readonly others: { readonly targets: number; readonly sends: number };
  readonly drains: readonly DrainReport[];
}

/** What is kept of a target: all but the shares, which are of all. */
export type TargetTally = Omit<TargetReport, 'share' | 'expectedShare'> & { readonly expectedSends: number };

export function tallyOf<Handle>(entry: TargetEntry<Handle>, standby: boolean, weightShare: number): TargetTally {
  const { id, name, pool, unit, weight, availability, inFlight, sends, expectedSends, chosenAt } = entry;
  return {
    id,
    name,
    pool,
    unit,
    standby,
    weight,
    availability,
    inFlight,
    sends,
    weightShare,
    expectedSends,
    chosenAt,
  };
}

/** Of all targets that are in their pools. */
export function tallies<Handle>(pools: Iterable<TargetPool<Handle>>): TargetTally[] {
  const all = [...pools];
  const weightOf = ({ entries }: TargetPool<Handle>) => entries.reduce((sum, { weight }) => sum + weight, 0);
  const sharing = all.filter((pool) => !pool.standby && weightOf(pool) > 0);
  const sum = sharing.reduce((total, { weight }) => total + weight, 0);
  return all.flatMap((pool) => {
    const poolShare = sum > 0 && sharing.includes(pool) ? pool.weight / sum / weightOf(pool) : 0;
    return pool.entries.map((entry) => tallyOf(entry, pool.standby, poolShare * entry.weight));
  });
}

export function reportOf(
  found: readonly TargetTally[],
  others: { readonly targets: number; readonly sends: number; readonly expectedSends: number },
  drains: readonly DrainReport[],
): TargetSetReport {
  const sends = found.reduce((sum, tally) => sum + tally.sends, others.sends);
  const expected = found.reduce((sum, tally) => sum + tally.expectedSends, others.expectedSends);
  const targets = found.map(({ expectedSends, ...tally }) => ({
    ...tally,
    share: sends === 0 ? 0 : tally.sends / sends,
    expectedShare: expected === 0 ? 0 : expectedSends / expected,
  }));
  return { sends, targets, others: { targets: others.targets, sends: others.sends }, drains };
}
