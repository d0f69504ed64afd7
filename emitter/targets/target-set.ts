/**
 * All targets of a run, in their pools: chooses one for each send, and keeps account of what each has.
 *
 *     choose ─▶ candidates of the unit ─▶ pool ─▶ target      began, ended ─▶ sends, in flight, drains
 *                    ▲
 *     health, weights, targets that come and go: worked in before the next choice
 */
import { BytecopyError, type Micros } from '../../core/index.ts';
import { Candidates } from './candidates.ts';
import { DrainLog } from './drain-log.ts';
import type { BalanceOptions, CheckedTargetSetOptions, PoolTargetOptions } from './options.ts';
import { addTo, type Closed, RemovedTargets } from './removed-targets.ts';
import { type PoolTarget, poolTarget, TargetEntry } from './target-entry.ts';
import { TargetPool } from './target-pool.ts';
import { reportOf, type TargetSetReport, tallies } from './target-report.ts';

/** What is less takes nothing: it would be no share that can be told from none. */
const LEAST_AVAILABILITY = 1e-6;

export class TargetSet<Handle> {
  readonly #balance: BalanceOptions;
  readonly #open: (target: PoolTarget) => Handle;
  readonly #pools: ReadonlyMap<string, TargetPool<Handle>>;
  readonly #entries = new Map<string, TargetEntry<Handle>>();
  readonly #removed = new RemovedTargets<Handle>();
  readonly #drains = new DrainLog();
  readonly #ofAll: Candidates<Handle>;
  /** For units that no pool is of. */
  readonly #ofNone: Candidates<Handle>;
  readonly #ofUnit: ReadonlyMap<string, Candidates<Handle>>;
  readonly #candidates: readonly Candidates<Handle>[];
  #isStale = true;

  /** @param open called once for each target, also for those added later */
  constructor(options: CheckedTargetSetOptions, open: (target: PoolTarget) => Handle) {
    this.#balance = options.balance;
    this.#open = open;
    const pools = options.pools.map((pool) => new TargetPool<Handle>(pool));
    this.#pools = new Map(pools.map((pool) => [pool.name, pool]));
    const units = new Set(pools.flatMap(({ unit }) => unit ?? []));
    const common = pools.filter(({ unit }) => unit === undefined);
    const candidatesOf = (name: string) =>
      new Candidates(pools.filter(({ unit }) => unit === name || unit === undefined));
    this.#ofAll = new Candidates(pools);
    this.#ofNone = new Candidates(common);
    this.#ofUnit = new Map([...units].map((unit) => [unit, candidatesOf(unit)]));
    this.#candidates = [this.#ofAll, this.#ofNone, ...this.#ofUnit.values()];
    for (const { name, targets } of options.pools) for (const target of targets) this.add(name, target);
  }

  /**
   * The target of the next send, which is to be told by `began` at once: loads are bounded by what has begun.
   * @param key value of the request's key; empty where it has none, which goes by weight
   * @param unit only pools of this unit or of no unit; all pools where absent
   * @param isPassed targets that get nothing that may go to others; those by key stay where they are
   * @returns nothing where no target takes anything
   */
  choose(
    key: string,
    unit: string | undefined,
    now: Micros,
    isPassed?: (entry: TargetEntry<Handle>) => boolean,
  ): TargetEntry<Handle> | undefined {
    if (this.#isStale) this.#refresh();
    const candidates = unit === undefined ? this.#ofAll : (this.#ofUnit.get(unit) ?? this.#ofNone);
    const entry = this.#choice(candidates, key, isPassed);
    if (entry !== undefined) entry.chosenAt = now;
    return entry;
  }

  /** One more send is this target's: from its choice on, also while it waits for a connection. */
  began(entry: TargetEntry<Handle>): void {
    entry.inFlight++;
    entry.sends++;
  }

  /** It has its outcome, whatever that is. */
  ended(entry: TargetEntry<Handle>, now: Micros): void {
    entry.inFlight--;
    if (entry.weight > 0 || entry.inFlight > 0) return;
    this.#drains.drained(entry, now);
    this.#close(entry);
  }

  /** It never went there: it was dropped, or goes elsewhere. */
  withdrawn(entry: TargetEntry<Handle>, now: Micros): void {
    entry.sends--;
    this.ended(entry, now);
  }

  /** @returns the target, unless it has been taken out */
  get(id: string): TargetEntry<Handle> | undefined {
    return this.#entries.get(id);
  }

  /** Those that have not been taken out, in no particular order. */
  entries(): IterableIterator<TargetEntry<Handle>> {
    return this.#entries.values();
  }

  /**
   * @param share what its health lets it take: 0 nothing new, 1 its whole share, between them while it returns
   * @returns false where there is no such target any more
   */
  setAvailability(id: string, share: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    if (!(share >= 0 && share <= 1)) throw new RangeError(`an availability is from 0 to 1, not ${share}`);
    entry.availability = share < LEAST_AVAILABILITY ? 0 : share;
    this.#isStale = true;
    return true;
  }

  /**
   * @param weight 0 drains the target: it takes nothing new
   * @returns false where there is no such target any more
   */
  setWeight(id: string, weight: number, now: Micros): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw new RangeError(`${weight} is no weight`);
    if (weight === 0 && entry.weight > 0) this.#drains.begin(entry, 'weight', now);
    if (weight > 0 && entry.weight === 0) this.#drains.resumed(entry);
    entry.weight = weight;
    this.#isStale = true;
    return true;
  }

  /** @returns false where no pool has that name */
  setPoolWeight(name: string, weight: number): boolean {
    const pool = this.#pools.get(name);
    if (pool === undefined) return false;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw new RangeError(`${weight} is no weight`);
    if (pool.weight === weight) return true;
    this.#settle();
    pool.weight = weight;
    this.#isStale = true;
    return true;
  }

  /**
   * A target that was taken out before goes on with its counts.
   * @throws BytecopyError `REPLAY_POOL_UNKNOWN`, `REPLAY_TARGET_TWICE`, `REPLAY_TARGET_INVALID` (exit code 2)
   */
  add(poolName: string, { to, weight = 1 }: PoolTargetOptions): TargetEntry<Handle> {
    const pool = this.#pools.get(poolName);
    if (pool === undefined) throw refused('REPLAY_POOL_UNKNOWN', `${to} cannot be added: no pool is named ${poolName}`);
    const target = poolTarget(to, pool);
    if (this.#entries.has(target.id)) throw refused('REPLAY_TARGET_TWICE', `${to} is in pool ${poolName} already`);
    const entry = new TargetEntry(target, weight, this.#open(target));
    addTo(entry, this.#removed.recall(entry.id));
    pool.entries.push(entry);
    this.#entries.set(entry.id, entry);
    this.#isStale = true;
    return entry;
  }

  /**
   * Takes a target out: nothing new goes there from now on.
   * @param closed called once its last request has ended, at once where it has none: its handle is to be closed
   * @returns false where there is no such target any more
   */
  remove(id: string, now: Micros, closed: Closed<Handle>): boolean {
    const entry = this.#entries.get(id);
    const pool = entry === undefined ? undefined : this.#pools.get(entry.pool);
    if (entry === undefined || pool === undefined) return false;
    // What was to be expected of it is counted while its pool still has it.
    this.#settle();
    if (!this.#drains.has(entry)) this.#drains.begin(entry, 'removal', now);
    pool.entries.splice(pool.entries.indexOf(entry), 1);
    this.#entries.delete(id);
    entry.weight = 0;
    entry.poolShare = 0;
    this.#removed.take(entry, { standby: pool.standby, closed });
    this.#isStale = true;
    if (entry.inFlight === 0) this.#close(entry);
    return true;
  }

  report(): TargetSetReport {
    this.#settle();
    const found = [...tallies(this.#pools.values()), ...this.#removed.tallies()];
    return reportOf(found, this.#removed.others, this.#drains.report());
  }

  #choice(
    candidates: Candidates<Handle>,
    key: string,
    isPassed: ((entry: TargetEntry<Handle>) => boolean) | undefined,
  ): TargetEntry<Handle> | undefined {
    const balance = this.#balance;
    switch (balance.by) {
      case 'weight':
        return candidates.byWeight(isPassed);
      case 'sticky':
        return key === '' ? candidates.byWeight(isPassed) : candidates.byKey(key);
      case 'hash':
        return candidates.byBoundedKey(key, balance.bound);
      default:
        return balance satisfies never;
    }
  }

  #close(entry: TargetEntry<Handle>): void {
    const closed = this.#removed.close(entry, this.#entries.get(entry.id));
    if (closed === undefined) return;
    this.#drains.closed(entry);
    closed(entry);
  }

  #refresh(): void {
    this.#isStale = false;
    this.#settle();
    for (const pool of this.#pools.values()) pool.refresh();
    for (const candidates of this.#candidates) candidates.refresh();
  }

  #settle(): void {
    for (const candidates of this.#candidates) candidates.settle();
  }
}

function refused(code: string, message: string): BytecopyError {
  return new BytecopyError(code, message, { exitCode: 2 });
}
