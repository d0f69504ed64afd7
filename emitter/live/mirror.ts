/**
 * Sends live requests on to another target as soon as each is complete, without waiting for its answer.
 *
 *     offer ──▶ filter ──▶ sample ──▶ prepare ──▶ copies ──▶ rate cap ──▶ connection pool ──▶ target
 *                  └──────────┴─── left out ────────┴──────────┘
 *
 * `offer` never waits, never throws and never grows: what finds no connection waits in the pool's bounded queue, and
 * what does not fit there is counted as dropped. Requests that carry the marker are replayed traffic themselves and are
 * left out, so that a mirror never feeds on what it sends.
 *
 *     requests offered = taken + left out(filtered, sampled, marked, thinned, rate-cap, stopped)
 *     due sends        = answered + failed(reason) + not sent(reason)
 */
import {
  type Account,
  BytecopyError,
  type Clock,
  formatEndpoint,
  type Ledger,
  type PreparedRequest,
  type ReplayResult,
  type RequestReady,
} from '../../core/index.ts';
import { ConnectionPool } from '../connection/connection-pool.ts';
import { firstReachable } from '../connection/reachable.ts';
import { type CheckedMirrorOptions, checkMirrorOptions, type MirrorOptions } from '../options.ts';
import { CopyCounter } from '../plan/copies.ts';
import { newSend } from '../plan/send.ts';
import { type Preparation, RequestPreparer } from '../request/request-preparer.ts';
import { recordingHandler } from '../results/recording-handler.ts';
import type { ReplayProgress, ReplayReport } from '../results/report.ts';
import { RunRecord } from '../results/run-record.ts';
import { parseTarget, resolveTarget, type Target, TargetGuard } from '../target.ts';
import { RateCap } from './rate-cap.ts';
import { Sampler } from './sampler.ts';

/** Opened when the mirror starts; more are opened as requests come. */
const WARM_CONNECTIONS = 4;

export interface MirrorDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** Which requests are mirrored, such as by method and path; all where absent. May not throw. */
  readonly accepts?: (ready: RequestReady) => boolean;
  readonly onResult?: (result: ReplayResult) => void;
  /** The mirror refuses to go on: the traffic comes from its own target, or holds writes that nobody decided on. */
  readonly onRefused?: (error: BytecopyError) => void;
}

interface Stages {
  readonly record: RunRecord;
  readonly preparer: RequestPreparer;
  readonly pool: ConnectionPool;
}

export class Mirror {
  readonly #options: CheckedMirrorOptions;
  readonly #target: Target;
  readonly #deps: MirrorDeps;
  readonly #offers: Account;
  readonly #sampler: Sampler;
  readonly #copies: CopyCounter;
  readonly #cap: RateCap | undefined;
  #stages: Stages | undefined;
  #starting: Promise<void> | undefined;
  #refusal: BytecopyError | undefined;
  #draining: Promise<ReplayReport> | undefined;
  #drained: () => void = () => {};

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID` (exit code 2) */
  constructor(options: MirrorOptions, deps: MirrorDeps) {
    this.#options = checkMirrorOptions(options);
    this.#target = parseTarget(this.#options.target);
    this.#deps = deps;
    this.#offers = deps.ledger.account('requests offered', 'taken');
    this.#sampler = new Sampler(this.#options.samplePercent);
    this.#copies = new CopyCounter(this.#options.times);
    const { maxPerSecond } = this.#options;
    this.#cap = maxPerSecond === undefined ? undefined : new RateCap(maxPerSecond);
  }

  /**
   * Looks the target up and begins to open the first connections; what is offered before is left out as `stopped`. Idempotent.
   * @throws BytecopyError `REPLAY_TARGET_UNKNOWN` (exit code 1)
   */
  start(): Promise<void> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  /** Sends the request on, or counts why not. Never waits, never throws. */
  offer(ready: RequestReady): void {
    this.#offers.in++;
    const leftOut = this.#sendOn(ready);
    if (leftOut === undefined) this.#offers.out++;
    else this.#offers.setAside('left out', leftOut);
  }

  progress(): ReplayProgress | undefined {
    const stages = this.#stages;
    return stages?.record.progress(this.#deps.clock.monotonic(), stages.pool.statistics(), 0);
  }

  /**
   * Takes nothing more and resolves when every due send has its outcome, within the time-outs. Idempotent.
   * @throws BytecopyError what the mirror refused to go on for
   */
  drain(): Promise<ReplayReport> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  /** @returns why the request is left out, or undefined where its sends are accounted as due */
  #sendOn(ready: RequestReady): string | undefined {
    const stages = this.#stages;
    if (stages === undefined || this.#draining !== undefined || this.#refusal !== undefined) return 'stopped';
    if (this.#deps.accepts?.(ready) === false) return 'filtered';
    if (!this.#sampler.takes(ready.trace?.traceId, ready.flow.id)) return 'sampled';
    const prepared = this.#prepare(stages.preparer, ready);
    if (prepared === undefined) return 'stopped';
    if (prepared.kind === 'ready' && prepared.marked) return 'marked';
    const copies = this.#copies.next();
    if (copies === 0) return 'thinned';
    if (prepared.kind === 'not-sent') {
      stages.record.refuse(ready.id, copies, prepared.reason);
      return undefined;
    }
    return this.#sendCopies(stages, prepared.request, copies) === 0 ? 'rate-cap' : undefined;
  }

  /** @returns how many of the copies the rate cap let through */
  #sendCopies(stages: Stages, request: PreparedRequest, copies: number): number {
    const now = this.#deps.clock.monotonic();
    for (let copy = 0; copy < copies; copy++) {
      if (this.#cap?.takes(now) === false) return copy;
      const send = newSend(request, copy, now);
      stages.record.due(send);
      stages.pool.send(send);
    }
    return copies;
  }

  #prepare(preparer: RequestPreparer, ready: RequestReady): Preparation | undefined {
    try {
      return preparer.prepare(ready);
    } catch (error) {
      if (!(error instanceof BytecopyError)) throw error;
      this.#refusal = error;
      this.#deps.onRefused?.(error);
      return undefined;
    }
  }

  async #open(): Promise<void> {
    const { clock, ledger, onResult } = this.#deps;
    const options = this.#options;
    const endpoints = await resolveTarget(this.#target);
    const endpoint = await firstReachable(endpoints, options.timeoutMs);
    const guard = options.allowTarget ? undefined : new TargetGuard(this.#target, endpoints);
    const record = new RunRecord({
      target: formatEndpoint(endpoint),
      runId: options.runId,
      timing: undefined,
      ledger,
      onResult,
    });
    const settled = (): void => {
      if (record.held === 0) this.#drained();
    };
    const handler = recordingHandler(record, settled, () => undefined);
    const pool = new ConnectionPool({ ...options, endpoint }, { clock, handler });
    record.start(clock.monotonic(), clock.now());
    this.#stages = { record, preparer: new RequestPreparer(options, this.#target, guard), pool };
    void pool.warm(WARM_CONNECTIONS);
  }

  async #drain(): Promise<ReplayReport> {
    await this.start();
    const { record, pool } = this.#stages as Stages;
    if (record.held > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await pool.close();
    if (this.#refusal !== undefined) throw this.#refusal;
    return record.report(this.#deps.clock.monotonic(), pool.statistics());
  }
}
