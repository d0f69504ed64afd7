/**
 * Everything between a due send and its outcome, the same for replays and mirrors.
 *
 *     due ──▶ dispatcher ──▶ router ──▶ lane ──▶ sender ──▶ target          record ◀── every outcome
 */
import type {
  Clock,
  Exchange,
  Ledger,
  Micros,
  PreparedRequest,
  ReplayResult,
  RequestReady,
  Send,
  SenderStatistics,
} from '../core/index.ts';
import type { OwnEndpoints } from './connection/own-endpoints.ts';
import type { SessionCorrelation } from './correlation/session-correlation.ts';
import { Dispatcher, type UntimedPlan } from './dispatch/dispatcher.ts';
import { TargetLane } from './dispatch/target-lane.ts';
import type { ProbedTarget } from './health/health-probe.ts';
import type { FoundTarget } from './open-targets.ts';
import type { LatenessOptions, SendingOptions } from './options.ts';
import type { Affinity } from './plan/send.ts';
import { RequestPreparer } from './request/request-preparer.ts';
import { compileRequestKey, type RequestKey } from './request-key/index.ts';
import type { PlanReport, ReplayProgress } from './results/report.ts';
import { RunRecord } from './results/run-record.ts';
import type { RunEnding, RunSnapshot } from './results/run-snapshot.ts';
import { TargetRouter } from './routing/target-router.ts';
import type { Rules } from './rules/index.ts';
import { RunTargets } from './run-targets.ts';
import type { CheckedTargetSetOptions } from './targets/index.ts';
import { type UnitOptions, UnitRouter } from './units/index.ts';

export interface SendingDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly ownEndpoints: OwnEndpoints;
  readonly onResult: ((result: ReplayResult) => void) | undefined;
  readonly lateness: LatenessOptions;
  /** Undefined for a mirror. */
  readonly plan: PlanReport | undefined;
  readonly untimed: UntimedPlan | undefined;
  /** Undefined where nothing is learnt from answers. */
  readonly correlation: SessionCorrelation | undefined;
  /** Asks for a call of the dispatcher's `pump` in the next turn. */
  readonly wake: () => void;
}

/** What may be changed while a run is under way; what is absent stays. */
export interface RunChanges {
  readonly targets?: CheckedTargetSetOptions | undefined;
  readonly units?: UnitOptions | undefined;
  readonly rules?: Rules | undefined;
}

/** Without times nothing is late. */
const UNTIMED: LatenessOptions = { kind: 'at-once' };

export class Sending {
  readonly record: RunRecord;
  readonly dispatcher: Dispatcher;
  readonly preparer: RequestPreparer;
  /** The first target: whose health a stop rule asks for. */
  readonly probed: ProbedTarget;
  readonly #found: RunTargets;
  readonly #clock: Clock;
  readonly #router: TargetRouter;
  readonly #correlation: SessionCorrelation | undefined;
  readonly #keyOf: RequestKey | undefined;
  /** There is something to be told of targets. */
  #isRouted: boolean;
  #startedAt: Micros = 0;

  /** @param found with every target of the options */
  constructor(options: SendingOptions, found: RunTargets, deps: SendingDeps) {
    this.#found = found;
    const { clock, ledger, onResult, plan, wake, untimed } = deps;
    const { all, guard } = found;
    const target = all.map(({ name }) => name).join(', ');
    const targets = targetsOf(options);
    const { balance } = targets;
    this.#clock = clock;
    this.#correlation = deps.correlation;
    this.#isRouted = all.length > 1 || options.health !== undefined || options.units !== undefined;
    this.#keyOf = balance.by === 'weight' ? undefined : compileRequestKey(balance.key, 'balance.key');
    this.record = new RunRecord({ target, runId: options.runId, plan, ledger, onResult });
    const units = options.units === undefined ? undefined : new UnitRouter<Send>(options.units);
    this.preparer = new RequestPreparer(
      options,
      all.map((one) => one.target),
      { guard, units },
    );
    this.probed = (all[0] as FoundTarget).probed;
    this.dispatcher = new Dispatcher({ clock, record: this.record, wake, untimed, correlation: deps.correlation });
    const laneOptions = {
      lateness: untimed === undefined ? deps.lateness : UNTIMED,
      maxWaitMs: options.maxWaitMs,
    };
    this.#router = new TargetRouter(
      { targets, health: options.health, units },
      {
        clock,
        ownEndpoints: deps.ownEndpoints,
        open: ({ to }) => {
          const one = found.get(to);
          const lane = new TargetLane(one.name, one.target.authority, laneOptions, this.dispatcher);
          const sender = one.connect(lane);
          lane.open(sender);
          return { lane, sender, probed: one.probed };
        },
        onReroute: (lane, now) => this.dispatcher.reroute(lane, now),
        onReleased: (sends, now) => this.dispatcher.release(sends, now),
      },
    );
    this.dispatcher.open(this.#router);
  }

  /** Opens connections ahead, for each target its part of them; resolves when each is open or has failed. */
  async warm(count: number): Promise<void> {
    const { senders } = this.#router;
    const each = Math.ceil(count / senders.size);
    await Promise.all([...senders].map((sender) => sender.warm(each)));
  }

  /** @param now monotonic, of the moment at which the run begins */
  start(now: Micros): void {
    this.#startedAt = now;
    this.record.start(now, this.#clock.now() + now - this.#clock.monotonic());
  }

  /** From now on the targets are checked, where that is asked for. Idempotent. */
  watch(): void {
    this.#router.start();
  }

  /** Closes all connections: what is in flight fails. Idempotent. */
  close(): Promise<void> {
    return this.#router.stop();
  }

  statistics(): SenderStatistics {
    const [first, ...others] = this.#router.statistics();
    return others.reduce(sum, first ?? NO_CONNECTIONS);
  }

  /** With whom a request's sends stay. */
  affinityOf(recorded: Exchange | RequestReady): Affinity {
    return { key: this.#keyOf?.(recorded) ?? '', user: this.preparer.userOf(recorded) };
  }

  /**
   * What may change during a run: targets and their weights, who belongs to which unit, rules.
   * @throws BytecopyError as `RunTargets.find` does, `REPLAY_UNITS_CHANGE_REFUSED`, `REPLAY_POOL_UNKNOWN` (exit code 2)
   */
  async change({ targets, units, rules }: RunChanges): Promise<void> {
    if (targets !== undefined) {
      await this.#found.find(targets);
      this.#router.changeTargets(targets);
      this.#isRouted = true;
    }
    if (units !== undefined) this.#router.moveUsers(units);
    if (rules !== undefined) this.preparer.changeRules(rules);
  }

  /** @param exchange that passed the preparer's check */
  build(exchange: Exchange): PreparedRequest {
    const request = this.preparer.build(exchange);
    this.#correlation?.built(exchange, request);
    return request;
  }

  /** @param plannedUntil recorded time of the request planned last; 0 for a mirror */
  progress(waiting: number, plannedUntil: Micros): ReplayProgress {
    const progress = this.record.progress(this.#clock.monotonic(), this.statistics(), waiting, plannedUntil);
    return this.#isRouted ? { ...progress, routing: this.#router.progress() } : progress;
  }

  snapshot(ending: RunEnding = {}): RunSnapshot {
    const verbatim = [...this.#router.senders].every((sender) => sender.verbatim);
    const routing = this.#isRouted ? this.#router.report(this.#startedAt) : undefined;
    const { hits: rules } = this.preparer;
    const correlation = this.#correlation?.report();
    const told = { verbatim, routing, rules, correlation, ...ending };
    return this.record.snapshot(this.#clock.monotonic(), this.statistics(), told);
  }
}

/** @throws BytecopyError as `RunTargets.find` does */
export async function openSending(options: SendingOptions, deps: SendingDeps): Promise<Sending> {
  const found = new RunTargets(options, deps);
  await found.find(targetsOf(options));
  return new Sending(options, found, deps);
}

/** A single target is a pool of one. */
export function targetsOf({ target, targets }: SendingOptions): CheckedTargetSetOptions {
  return (
    targets ?? {
      pools: [{ name: 'target', weight: 1, standby: false, targets: [{ to: target, weight: 1 }] }],
      balance: { by: 'weight' },
    }
  );
}

const NO_CONNECTIONS: SenderStatistics = {
  open: 0,
  peak: 0,
  opened: 0,
  failedToOpen: 0,
  closedByPeer: 0,
  closedIdle: 0,
  retried: 0,
  inFlight: 0,
};

function sum(one: SenderStatistics, other: SenderStatistics): SenderStatistics {
  return {
    open: one.open + other.open,
    peak: one.peak + other.peak,
    opened: one.opened + other.opened,
    failedToOpen: one.failedToOpen + other.failedToOpen,
    closedByPeer: one.closedByPeer + other.closedByPeer,
    closedIdle: one.closedIdle + other.closedIdle,
    retried: one.retried + other.retried,
    inFlight: one.inFlight + other.inFlight,
  };
}
