/**
 * The pools that may take the sends of one unit, and which target of theirs takes the next.
 *
 *     taking pools that are not standby, each with weight × the availability of its best target
 *       └─ none: the first taking standby pool, with everything
 *
 * By weight, pools take turns, and then the targets of the one whose turn it is. By key, pools are ranked for the key, and
 * then the targets of the first. What a target takes of the keys while it comes back is decided by a hash of the key
 * alone: its slice. So a key stays in the second place until its first takes it, and then returns for good.
 *
 * With bounded load (V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent hashing with bounded loads", 2018) a target of
 * share s takes nothing that would give it more than ⌈bound × s × m⌉ of the m sends under way, the new one included. As
 * bound ≥ 1 and the shares make 1, there is always one below that.
 */
import { costOf, hashOf, sliceOf } from './key-hash.ts';
import { Rotation } from './rotation.ts';
import type { TargetEntry } from './target-entry.ts';
import type { TargetPool } from './target-pool.ts';

/** Every target that takes anything is above it. */
const ANY_SLICE = 0;

export class Candidates<Handle> {
  readonly #pools: readonly TargetPool<Handle>[];
  readonly #rotation = new Rotation<TargetPool<Handle>>();
  #active: readonly TargetPool<Handle>[] = [];
  /** Of the active pools, in their order; they make 1. */
  #shares: readonly number[] = [];
  /** Since their shares were counted last. */
  #choices = 0;

  constructor(pools: readonly TargetPool<Handle>[]) {
    this.#pools = pools;
  }

  /** To be called after the pools have been refreshed. */
  refresh(): void {
    const taking = this.#pools.filter((pool) => pool.availability > 0);
    const normal = taking.filter((pool) => !pool.standby);
    this.#active = normal.length > 0 ? normal : taking.slice(0, 1);
    const weights = this.#active.map((pool) => pool.weight * pool.availability);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.#shares = weights.map((weight) => weight / sum);
    this.#rotation.set(this.#active, weights);
  }

  /** Counts what was to be expected of each target; to be called before anything changes. */
  settle(): void {
    if (this.#choices === 0) return;
    for (const [at, pool] of this.#active.entries()) {
      const sends = this.#choices * (this.#shares[at] ?? 0);
      for (const entry of pool.taking) entry.expectedSends += sends * entry.poolShare;
    }
    this.#choices = 0;
  }

  /** @param isPassed targets that have no turn, unless all are such */
  byWeight(isPassed?: (entry: TargetEntry<Handle>) => boolean): TargetEntry<Handle> | undefined {
    const entry = (isPassed === undefined ? undefined : this.#turnPast(isPassed)) ?? this.#rotation.next()?.turn();
    if (entry !== undefined) this.#choices++;
    return entry;
  }

  byKey(key: string): TargetEntry<Handle> | undefined {
    const keyHash = hashOf(key);
    const everything = Number.POSITIVE_INFINITY;
    const entry = this.#ranked(keyHash, sliceOf(keyHash), everything) ?? this.#ranked(keyHash, ANY_SLICE, everything);
    if (entry !== undefined) this.#choices++;
    return entry;
  }

  /** @param bound 1 or more */
  byBoundedKey(key: string, bound: number): TargetEntry<Handle> | undefined {
    const room = bound * (this.#inFlight() + 1);
    const entry = key === '' ? this.#turnWithin(room) : this.#rankedWithin(key, room);
    if (entry !== undefined) this.#choices++;
    return entry;
  }

  #turnPast(isPassed: (entry: TargetEntry<Handle>) => boolean): TargetEntry<Handle> | undefined {
    return this.#rotation.nextPast((pool) => pool.taking.every(isPassed))?.turnPast(isPassed);
  }

  /** Pools of the same cost count as one, so that the ranking may miss who has room; the least loaded has. */
  #rankedWithin(key: string, room: number): TargetEntry<Handle> | undefined {
    const keyHash = hashOf(key);
    return (
      this.#ranked(keyHash, sliceOf(keyHash), room) ?? this.#ranked(keyHash, ANY_SLICE, room) ?? this.#leastLoaded()
    );
  }

  #turnWithin(room: number): TargetEntry<Handle> | undefined {
    const pool = this.#rotation.next();
    const entry = pool?.turn();
    if (pool === undefined || entry === undefined) return undefined;
    const share = this.#shares[this.#active.indexOf(pool)] ?? 0;
    return entry.inFlight < room * share * entry.poolShare ? entry : this.#leastLoaded();
  }

  /** Goes through the pools in the key's order until one has a target that takes it. */
  #ranked(keyHash: number, slice: number, room: number): TargetEntry<Handle> | undefined {
    const active = this.#active;
    let passed = -1;
    for (let round = 0; round < active.length; round++) {
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let at = 0; at < active.length; at++) {
        const pool = active[at] as TargetPool<Handle>;
        const cost = costOf(keyHash, pool.salt, pool.weight);
        if (cost <= passed || cost >= least) continue;
        least = cost;
        best = at;
      }
      const pool = active[best];
      if (pool === undefined) return undefined;
      const entry = pool.ranked(keyHash, slice, room * (this.#shares[best] ?? 0));
      if (entry !== undefined) return entry;
      passed = least;
    }
    return undefined;
  }

  /** By its share; it is never beyond its bound, as not all can be at or above the mean and one more. */
  #leastLoaded(): TargetEntry<Handle> | undefined {
    let best: TargetEntry<Handle> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [at, pool] of this.#active.entries()) {
      for (const entry of pool.taking) {
        const load = entry.inFlight / ((this.#shares[at] ?? 0) * entry.poolShare);
        if (load >= least) continue;
        least = load;
        best = entry;
      }
    }
    return best;
  }

  #inFlight(): number {
    let sum = 0;
    for (const pool of this.#active) for (const entry of pool.taking) sum += entry.inFlight;
    return sum;
  }
}
