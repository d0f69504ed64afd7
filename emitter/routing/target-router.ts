/**
 * Routes sends over the targets of a run: pools and weights choose, health and the sends' own outcomes say who takes part.
 *
 *     send ──▶ unit of its user ──▶ target set ──▶ lane of the target ──▶ outcome ──▶ health
 *                   └─ held while users move         ▲ shares ──────────────────────────┘
 *
 * A target that goes out gives what waits for it to the others.
 */
import type { Clock, FailureReason, Micros, Millis, NotSentReason, Send, Sender } from '../../core/index.ts';
import type { OwnEndpoints } from '../connection/own-endpoints.ts';
import type { Router } from '../dispatch/dispatcher.ts';
import type { TargetLane } from '../dispatch/target-lane.ts';
import { HealthGroup } from '../health/health-group.ts';
import type { ProbedTarget } from '../health/health-probe.ts';
import { HealthProber } from '../health/health-prober.ts';
import type { HealthOptions } from '../health/options.ts';
import type { CheckedTargetSetOptions, PoolTarget, TargetEntry } from '../targets/index.ts';
import { TargetSet } from '../targets/index.ts';
import type { RoutingReport } from './routing-report.ts';

/** How often growing shares are told on. */
const TICK_MS: Millis = 100;

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
}

export interface TargetRouterDeps {
  readonly clock: Clock;
  readonly ownEndpoints: OwnEndpoints;
  /** Called once for each target. */
  readonly open: (target: PoolTarget) => OpenedLane;
  /** The lane's target takes nothing any more: what waits for it is to be routed again. */
  readonly onOut: (lane: TargetLane, now: Micros) => void;
}

type Entry = TargetEntry<OpenedLane>;

export class TargetRouter implements Router {
  readonly #deps: TargetRouterDeps;
  readonly #targets: TargetSet<OpenedLane>;
  readonly #health: HealthGroup | undefined;
  readonly #prober: HealthProber | undefined;
  readonly #entries = new Map<TargetLane, Entry>();
  readonly #senders = new Set<Sender>();
  #lanes: readonly TargetLane[] = [];
  #ticking: NodeJS.Timeout | undefined;

  constructor({ targets, health }: TargetRouterOptions, deps: TargetRouterDeps) {
    this.#deps = deps;
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
    this.#prober?.stop();
    await Promise.all([...this.#senders].map((sender) => sender.close()));
  }

  choose(send: Send, now: Micros): TargetLane | NotSentReason | undefined {
    return this.#targets.choose(send.key, undefined, now)?.handle.lane ?? 'no-target';
  }

  began(lane: TargetLane): void {
    const entry = this.#entries.get(lane);
    if (entry !== undefined) this.#targets.began(entry);
  }

  ended(lane: TargetLane, send: Send, failure: FailureReason | 'dropped' | undefined): void {
    const entry = this.#entries.get(lane);
    if (entry === undefined) return;
    const now = this.#deps.clock.monotonic();
    this.#targets.ended(entry, now);
    if (failure !== 'dropped') this.#health?.get(entry.id)?.ended(send, failure, now);
  }

  report(startedAt: Micros): RoutingReport {
    const now = this.#deps.clock.monotonic();
    return { targets: this.#targets.report(), health: this.#health?.report(startedAt, now) };
  }

  #joined(entry: Entry): void {
    const { lane, sender, probed } = entry.handle;
    this.#entries.set(lane, entry);
    this.#senders.add(sender);
    this.#lanes = [...this.#lanes, lane];
    const health = this.#health?.add(entry.id, this.#deps.clock.monotonic());
    if (health !== undefined) this.#prober?.add(entry.id, probed, health);
  }

  #shared(id: string, share: number, now: Micros): void {
    this.#targets.setAvailability(id, share);
    const lane = this.#targets.get(id)?.handle.lane;
    if (share === 0 && lane !== undefined) this.#deps.onOut(lane, now);
  }
}
