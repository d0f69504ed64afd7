/**
 * Routes sends over the targets of a run: pools and weights choose, health and the sends' own outcomes say who takes part.
 *
 *     send ──▶ unit of its user ──▶ target set ──▶ lane of the target ──▶ outcome ──▶ health
 *                   └─ held while users move         ▲ shares ──────────────────────────┘
 *
 * A target that goes out gives what waits for it to the others.
 */
import type {
  Clock,
  FailureReason,
  Micros,
  Millis,
  NotSentReason,
  Send,
  Sender,
  SenderStatistics,
} from '../../core/index.ts';
import type { OwnEndpoints } from '../connection/own-endpoints.ts';
import type { Router } from '../dispatch/dispatcher.ts';
import type { TargetLane } from '../dispatch/target-lane.ts';
import { HealthGroup } from '../health/health-group.ts';
import type { ProbedTarget } from '../health/health-probe.ts';
import { HealthProber } from '../health/health-prober.ts';
import type { HealthOptions } from '../health/options.ts';
import type { CheckedTargetSetOptions, PoolTarget, TargetEntry } from '../targets/index.ts';
import { poolTarget, TargetSet } from '../targets/index.ts';
import type { UnitOptions, UnitRouter } from '../units/index.ts';
import type { RoutingProgress, RoutingReport } from './routing-report.ts';

/** How often growing shares are told on. */
const TICK_MS: Millis = 100;
/** A change of units waits so long for what is under way; then only the users of that wait on. */
const CHANGE_WITHIN_MS: Millis = 1_000;

/** A target that is ready to be sent to. */
export interface OpenedLane {
  readonly lane: TargetLane;
  readonly sender: Sender;
  readonly probed: ProbedTarget;
}

export interface TargetRouterOptions {
  readonly targets: CheckedTargetSetOptions;
  /** Nobody judges the targets where absent. */
  readonly health: HealthOptions | undefined;
  /** Undefined where users may go anywhere. */
  readonly units: UnitRouter<Send> | undefined;
}

export interface TargetRouterDeps {
  readonly clock: Clock;
  readonly ownEndpoints: OwnEndpoints;
  /** Called once for each target. */
  readonly open: (target: PoolTarget) => OpenedLane;
  /** What waits for the lane's target is to be routed again. */
  readonly onReroute: (lane: TargetLane, now: Micros) => void;
  /** What was held goes on. */
  readonly onReleased: (sends: readonly Send[], now: Micros) => void;
}

type Entry = TargetEntry<OpenedLane>;

export class TargetRouter implements Router {
  readonly #deps: TargetRouterDeps;
  readonly #targets: TargetSet<OpenedLane>;
  readonly #units: UnitRouter<Send> | undefined;
  readonly #health: HealthGroup | undefined;
  readonly #prober: HealthProber | undefined;
  readonly #entries = new Map<TargetLane, Entry>();
  readonly #senders = new Set<Sender>();
  /** What was counted of targets that are closed. */
  readonly #gone: SenderStatistics[] = [];
  #lanes: readonly TargetLane[] = [];
  #ticking: NodeJS.Timeout | undefined;
  /** While a change of units is prepared. */
  #committing: NodeJS.Timeout | undefined;

  constructor({ targets, health, units }: TargetRouterOptions, deps: TargetRouterDeps) {
    this.#deps = deps;
    this.#units = units;
    if (health !== undefined) {
      const { check } = health;
      this.#health = new HealthGroup(health, { onShare: (id, share, now) => this.#shared(id, share, now) });
      if (check !== undefined) this.#prober = new HealthProber({ ...health, check }, deps);
    }
    this.#targets = new TargetSet(targets, deps.open);
    for (const entry of this.#targets.entries()) this.#joined(entry);
  }

  get lanes(): readonly TargetLane[] {
    return this.#lanes;
  }

  /** Of all targets, those included that were taken out and have not ended yet. */
  get senders(): ReadonlySet<Sender> {
    return this.#senders;
  }

  /** Of each target there is or was. */
  statistics(): SenderStatistics[] {
    return [...[...this.#senders].map((sender) => sender.statistics()), ...this.#gone.map(closed)];
  }

  /** Checks begin. Idempotent. */
  start(): void {
    if (this.#health === undefined || this.#ticking !== undefined) return;
    const health = this.#health;
    this.#ticking = setInterval(() => health.tick(this.#deps.clock.monotonic()), TICK_MS);
    this.#prober?.start();
  }

  /** Nothing is checked any more, and all connections are closed. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    clearTimeout(this.#committing);
    this.#prober?.stop();
    await Promise.all([...this.#senders].map((sender) => sender.close()));
  }

  get held(): number {
    return this.#units?.held ?? 0;
  }

  choose(send: Send, now: Micros, isPassed?: (lane: TargetLane) => boolean): TargetLane | NotSentReason | undefined {
    const units = this.#units;
    if (units?.holds(send.user) === true) {
      return units.hold(send.user, send, send.request.byteCount, now) ? undefined : 'dropped';
    }
    const isEntryPassed = isPassed === undefined ? undefined : (entry: Entry) => isPassed(entry.handle.lane);
    const entry = this.#targets.choose(send.key, units?.unitOf(send.user), now, isEntryPassed);
    return entry === undefined ? 'no-target' : entry.handle.lane;
  }

  began(lane: TargetLane, send: Send): void {
    const entry = this.#entries.get(lane);
    if (entry === undefined) return;
    this.#targets.began(entry);
    if (entry.unit !== undefined) this.#units?.began(send.user, entry.unit);
  }

  ended(lane: TargetLane, send: Send, failure: FailureReason | 'dropped' | undefined): void {
    const entry = this.#entries.get(lane);
    if (entry === undefined) return;
    const now = this.#deps.clock.monotonic();
    if (failure === 'dropped') {
      this.#targets.withdrawn(entry, now);
    } else {
      this.#targets.ended(entry, now);
      this.#health?.get(entry.id)?.ended(send, failure, now);
    }
    const { unit } = entry;
    if (unit === undefined || this.#units === undefined) return;
    const released =
      failure === 'dropped' ? this.#units.withdrawn(send.user, unit, now) : this.#units.ended(send.user, now);
    if (released.length > 0) this.#deps.onReleased(released, now);
    if (this.#units.ready) this.#commit(this.#units, now);
  }

  drain(): readonly Send[] {
    return this.#units?.drain() ?? [];
  }

  /**
   * Users move: those who do are held until nothing of theirs is under way, and then the change holds. After
   * {@link CHANGE_WITHIN_MS} it holds all the same: who still has something under way at the old unit is held on until
   * that has ended.
   * @throws BytecopyError `REPLAY_UNITS_CHANGE_REFUSED` (exit code 2)
   */
  moveUsers(options: UnitOptions): void {
    const units = this.#units;
    if (units === undefined) return;
    const { clock } = this.#deps;
    const now = clock.monotonic();
    units.prepare(options, now);
    this.#committing = setTimeout(() => this.#commit(units, clock.monotonic()), CHANGE_WITHIN_MS);
    // What only waits is held too, before what comes after it: nothing of those who move is left for the old unit.
    for (const lane of this.#lanes) this.#deps.onReroute(lane, now);
    if (units.ready) this.#commit(units, now);
  }

  /**
   * Targets come, go and change their weights, as these options say; pools stay as they are.
   * @throws BytecopyError `REPLAY_POOL_UNKNOWN`, `REPLAY_TARGET_INVALID` (exit code 2)
   */
  changeTargets({ pools }: CheckedTargetSetOptions): void {
    const now = this.#deps.clock.monotonic();
    const drained: TargetLane[] = [];
    const leaving = new Map([...this.#targets.entries()].map((entry) => [entry.id, entry]));
    for (const pool of pools) {
      this.#targets.setPoolWeight(pool.name, pool.weight);
      for (const target of pool.targets) {
        const { id } = poolTarget(target.to, pool);
        const entry = leaving.get(id);
        if (entry === undefined) this.#joined(this.#targets.add(pool.name, target));
        else if (entry.weight !== target.weight) this.#targets.setWeight(id, target.weight, now);
        if (entry !== undefined && target.weight === 0) drained.push(entry.handle.lane);
        leaving.delete(id);
      }
    }
    for (const entry of leaving.values()) this.#takeOut(entry, now);
    for (const lane of drained) this.#deps.onReroute(lane, now);
  }

  progress(): RoutingProgress {
    const out: string[] = [];
    let targets = 0;
    for (const { name, weight, availability } of this.#targets.entries()) {
      if (weight === 0) continue;
      targets++;
      if (availability === 0) out.push(name);
    }
    return { targets, out, held: this.held };
  }

  /** @param startedAt of the run, monotonic */
  report(startedAt: Micros): RoutingReport {
    const now = this.#deps.clock.monotonic();
    return {
      startedAt,
      targets: this.#targets.report(),
      health: this.#health?.report(startedAt, now),
      units: this.#units?.report(),
    };
  }

  #commit(units: UnitRouter<Send>, now: Micros): void {
    clearTimeout(this.#committing);
    this.#deps.onReleased(units.commit(now), now);
  }

  #joined(entry: Entry): void {
    const { lane, sender, probed } = entry.handle;
    this.#entries.set(lane, entry);
    this.#senders.add(sender);
    this.#lanes = [...this.#lanes, lane];
    const health = this.#health?.add(entry.id, this.#deps.clock.monotonic());
    if (health !== undefined) this.#prober?.add(entry.id, probed, health);
  }

  /** What waits for it goes to others; it is closed when what is under way has ended. */
  #takeOut(entry: Entry, now: Micros): void {
    const { lane, sender } = entry.handle;
    this.#prober?.remove(entry.id);
    this.#health?.remove(entry.id);
    this.#targets.remove(entry.id, now, () => {
      this.#entries.delete(lane);
      this.#senders.delete(sender);
      this.#gone.push(sender.statistics());
      void sender.close();
    });
    this.#deps.onReroute(lane, now);
    this.#lanes = this.#lanes.filter((other) => other !== lane);
  }

  #shared(id: string, share: number, now: Micros): void {
    this.#targets.setAvailability(id, share);
    const lane = this.#targets.get(id)?.handle.lane;
    if (share === 0 && lane !== undefined) this.#deps.onReroute(lane, now);
  }
}

/** Its connections are no longer there; what they did stays. */
function closed(statistics: SenderStatistics): SenderStatistics {
  return { ...statistics, open: 0, inFlight: 0 };
}
