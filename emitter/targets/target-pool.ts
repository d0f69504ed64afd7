/** The targets of one pool: which of them takes a send that the pool has got. */
import { costOf, hashOf, scrambled } from './key-hash.ts';
import type { PoolOptions } from './options.ts';
import { Rotation } from './rotation.ts';
import type { TargetEntry } from './target-entry.ts';

export class TargetPool<Handle> {
  readonly name: string;
  weight: number;
  readonly standby: boolean;
  readonly unit: string | undefined;
  /** Its block in the hash that ranks it for a key. */
  readonly salt: number;
  /** In their order. */
  readonly entries: TargetEntry<Handle>[] = [];
  readonly #rotation = new Rotation<TargetEntry<Handle>>();
  #taking: readonly TargetEntry<Handle>[] = [];
  #availability = 0;

  constructor({ name, weight, standby, unit }: PoolOptions) {
    this.name = name;
    this.weight = weight;
    this.standby = standby;
    this.unit = unit;
    this.salt = scrambled(hashOf(name));
  }

  /** That of its best target, 0–1; 0 takes nothing. */
  get availability(): number {
    return this.#availability;
  }

  /** Those of its targets that take something. */
  get taking(): readonly TargetEntry<Handle>[] {
    return this.#taking;
  }

  /** To be called after its targets, their weights or their availabilities have changed. */
  refresh(): void {
    const taking = this.weight > 0 ? this.entries.filter(({ weight, availability }) => weight * availability > 0) : [];
    const weights = taking.map(({ weight, availability }) => weight * availability);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const entry of this.entries) entry.poolShare = 0;
    for (const [at, entry] of taking.entries()) entry.poolShare = (weights[at] ?? 0) / sum;
    this.#taking = taking;
    this.#rotation.set(taking, weights);
    this.#availability = taking.reduce((most, { availability }) => Math.max(most, availability), 0);
  }

  /** By weight. */
  turn(): TargetEntry<Handle> | undefined {
    return this.#rotation.next();
  }

  /** By weight, among those that are not passed over. */
  turnPast(isPassed: (entry: TargetEntry<Handle>) => boolean): TargetEntry<Handle> | undefined {
    return this.#rotation.nextPast(isPassed);
  }

  /**
   * The first for a key of those that take it.
   * @param slice only targets whose availability is above it take the key
   * @param room the pool's own, in sends under way: targets that have their share of it take nothing
   */
  ranked(keyHash: number, slice: number, room: number): TargetEntry<Handle> | undefined {
    let best: TargetEntry<Handle> | undefined;
    let least = Number.POSITIVE_INFINITY;
    const taking = this.#taking;
    for (let at = 0; at < taking.length; at++) {
      const entry = taking[at] as TargetEntry<Handle>;
      if (entry.availability <= slice || entry.inFlight >= room * entry.poolShare) continue;
      const cost = costOf(keyHash, entry.salt, entry.weight);
      if (cost >= least) continue;
      least = cost;
      best = entry;
    }
    return best;
  }
}
