/**
 * Replays a recording to one target: plan, then send.
 *
 *     recording ──▶ planner ──▶ queue ──▶ pacer ──▶ connection pool ──▶ target
 *                                           └──── run record ◀────┘
 *
 * The queue holds what is planned and not yet due; the pacer hands each send over when it is due, whatever became of
 * those before it. As fast as possible there is no due time: a connection takes the next send when it is free.
 */
import {
  BytecopyError,
  type Clock,
  type Exchange,
  formatEndpoint,
  type Ledger,
  type Micros,
  type Millis,
  type ReplayResult,
  type Send,
} from '../core/index.ts';
import { ConnectionPool } from './connection/connection-pool.ts';
import { firstReachable } from './connection/reachable.ts';
import { type CheckedReplayOptions, checkReplayOptions, type ReplayOptions } from './options.ts';
import { Pacer } from './pacer.ts';
import { type OpenRecording, PageReader } from './plan/page-reader.ts';
import { Planner } from './plan/planner.ts';
import { inTimeOrder } from './plan/time-order.ts';
import { RequestPreparer } from './request/request-preparer.ts';
import { recordingHandler } from './results/recording-handler.ts';
import { NO_PROGRESS, type ReplayProgress, type ReplayReport } from './results/report.ts';
import { RunRecord } from './results/run-record.ts';
import { SendQueue } from './send-queue.ts';
import { parseTarget, resolveTarget, type Target, TargetGuard } from './target.ts';

/** Sends planned ahead: 0.4 s at 10,000 a second, more than a page takes to come from the store. */
const MAX_PLANNED = 4_096;
const MAX_PLANNED_BYTES = 64 * 1024 * 1024;
/** Planning steps a tick: about 0.1 ms, so that planning does not show in the pacing. */
const STEPS_A_TICK = 32;
/** As fast as possible, planning comes in lots when fewer sends than this are queued. */
const LOW_PLANNED = 64;
/** Answer time assumed before one is known, for opening connections ahead (Little: connections = rate × time). */
const ASSUMED_ANSWER_MICROS: Micros = 5_000;
/** Between planning ahead and the first due time, so that the first send is not late. */
const LEAD_MICROS: Micros = 2_000;
/** How long what is in flight may take after `stop`. */
export const STOP_GRACE_MS: Millis = 5_000;

export interface ReplayerDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** Called once a due send, when its outcome is known; results are only built where this is given. */
  readonly onResult?: (result: ReplayResult) => void;
}

type State = 'new' | 'preparing' | 'running' | 'stopping' | 'ended';

interface Stages {
  readonly record: RunRecord;
  readonly pages: PageReader;
  readonly planner: Planner;
  readonly pool: ConnectionPool;
  readonly pacer: Pacer;
}

export class Replayer {
  readonly #options: CheckedReplayOptions;
  readonly #target: Target;
  readonly #deps: ReplayerDeps;
  readonly #queue = new SendQueue({ maxCount: MAX_PLANNED, maxBytes: MAX_PLANNED_BYTES });
  readonly #asFastAsPossible: boolean;
  #state: State = 'new';
  #stages: Stages | undefined;
  #start: Micros = 0;
  #failure: { readonly cause: unknown } | undefined;
  /** Resolves what the run waits for: a first page while preparing, the end while running. */
  #notify: () => void = () => {};
  #grace: NodeJS.Timeout | undefined;

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID` (exit code 2) */
  constructor(options: ReplayOptions, deps: ReplayerDeps) {
    this.#options = checkReplayOptions(options);
    this.#target = parseTarget(this.#options.target);
    this.#asFastAsPossible = this.#options.timing.kind === 'max';
    this.#deps = deps;
  }

  /**
   * Sends the recording; resolves when every due send has its outcome. One run a replayer.
   * @param source pages of exchanges, about in the order of time; a function that opens them where the recording loops
   * @throws BytecopyError `REPLAY_TARGET_IS_RECORDED`, `REPLAY_WRITES_UNDECIDED`, `REPLAY_LOOP_NEEDS_REOPENING` (exit
   *   code 2), `REPLAY_TARGET_UNKNOWN`, and what reading the recording throws; what was in flight has ended then
   */
  async run(source: AsyncIterable<readonly Exchange[]> | OpenRecording): Promise<ReplayReport> {
    if (this.#stages !== undefined || this.#is('preparing')) throw new Error('a replayer runs once');
    if (this.#is('new')) this.#state = 'preparing';
    const stages = await this.#build(this.#reopening(source));
    this.#stages = stages;
    try {
      if (this.#is('preparing')) await this.#planAhead(stages);
      if (this.#is('preparing')) await stages.pool.warm(this.#connectionsNeeded(stages.planner));
      await this.#send(stages);
    } finally {
      this.#state = 'ended';
      clearTimeout(this.#grace);
      stages.pages.stop();
      stages.pacer.stop();
      await stages.pool.close();
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
    return stages.record.report(this.#deps.clock.monotonic(), stages.pool.statistics());
  }

  /** Sends nothing more: what is planned is not sent, what is in flight has {@link STOP_GRACE_MS} to end. Idempotent. */
  stop(): void {
    if (this.#is('stopping') || this.#is('ended')) return;
    const preparing = this.#is('preparing');
    this.#state = 'stopping';
    const stages = this.#stages;
    if (stages === undefined) return;
    stages.planner.stop();
    stages.pages.stop();
    for (let send = this.#queue.shift(); send !== undefined; send = this.#queue.shift()) stages.record.stopped(send);
    stages.pool.cancelWaiting('stopped');
    this.#grace = setTimeout(() => stages.pool.close(), Math.min(this.#options.timeoutMs, STOP_GRACE_MS));
    if (preparing) this.#notify();
    stages.pacer.wake();
  }

  progress(): ReplayProgress {
    const now = this.#deps.clock.monotonic();
    if (this.#stages === undefined) return NO_PROGRESS;
    const { record, pool, planner } = this.#stages;
    return record.progress(now, pool.statistics(), planner.plannedUntil);
  }

  #is(state: State): boolean {
    return this.#state === state;
  }

  #reopening(source: AsyncIterable<readonly Exchange[]> | OpenRecording): OpenRecording {
    if (typeof source === 'function') return source;
    if (this.#options.loop === 1) return () => source;
    throw new BytecopyError(
      'REPLAY_LOOP_NEEDS_REOPENING',
      'this recording can be read only once, so it cannot be looped',
      {
        hint: 'loop over a store or a file, not over standard input',
        exitCode: 2,
      },
    );
  }

  async #build(open: OpenRecording): Promise<Stages> {
    const { clock, ledger, onResult } = this.#deps;
    const options = this.#options;
    const endpoints = await resolveTarget(this.#target);
    const guard = options.allowTarget ? undefined : new TargetGuard(this.#target, endpoints);
    const endpoint = await firstReachable(endpoints, options.timeoutMs);
    const record = new RunRecord({
      target: formatEndpoint(endpoint),
      runId: options.runId,
      timing: options.timing,
      ledger,
      onResult,
    });
    const pacer = new Pacer(clock, (now) => this.#tick(now));
    const passes = options.loop === 'forever' ? Number.POSITIVE_INFINITY : options.loop;
    const inOrder = options.timing.kind === 'recorded' ? () => inTimeOrder(open()) : open;
    const pages = new PageReader(inOrder, passes, () => this.#pageCame());
    const planner = new Planner(options, {
      pages,
      queue: this.#queue,
      preparer: new RequestPreparer(options, this.#target, guard),
      notSent: (exchange, copies, reason) => record.refuse(exchange.id, copies, reason),
    });
    const settled = (): void => {
      if (record.held === 0 && this.#queue.length === 0) pacer.wake();
    };
    const next = (now: Micros): Send | undefined => (this.#asFastAsPossible ? this.#takeNext(now) : undefined);
    const handler = recordingHandler(record, settled, next);
    const pool = new ConnectionPool({ ...options, endpoint }, { clock, handler });
    return { record, pages, planner, pool, pacer };
  }

  /** Plans until something is there to send, or it is known that nothing is. */
  async #planAhead(stages: Stages): Promise<void> {
    stages.pages.start();
    for (;;) {
      this.#plan(MAX_PLANNED);
      if (this.#queue.length > 0 || stages.planner.ended || !this.#is('preparing')) return;
      if (stages.planner.starved) await this.#notified();
    }
  }

  /** Opened before the first send, so that it is not a burst of handshakes. */
  #connectionsNeeded(planner: Planner): number {
    if (this.#asFastAsPossible) return this.#options.maxConnections;
    const perMicro = this.#queue.length / Math.max(planner.lastDueAt, ASSUMED_ANSWER_MICROS);
    return Math.ceil(perMicro * ASSUMED_ANSWER_MICROS) + 1;
  }

  async #send(stages: Stages): Promise<void> {
    const { clock } = this.#deps;
    this.#start = clock.monotonic() + LEAD_MICROS;
    stages.record.start(this.#start, clock.now() + LEAD_MICROS);
    if (this.#is('preparing')) this.#state = 'running';
    const ended = this.#notified();
    stages.pacer.wake();
    await ended;
  }

  /** Hands over what is due, plans a little, and says when it is to be called next. */
  #tick(now: Micros): Micros | undefined {
    const stages = this.#stages;
    if (stages === undefined || this.#is('preparing')) return undefined;
    const { planner, record } = stages;
    if (this.#asFastAsPossible) this.#fillConnections(stages, now);
    else this.#sendDue(stages, now);
    this.#plan(STEPS_A_TICK);
    if (planner.ended && this.#queue.length === 0 && record.held === 0) {
      this.#notify();
      return undefined;
    }
    const more = !planner.ended && !planner.starved && !this.#queue.full;
    if (more) return now;
    const head = this.#queue.peek();
    if (head === undefined || this.#asFastAsPossible) return undefined;
    return this.#start + head.dueAt;
  }

  #sendDue(stages: Stages, now: Micros): void {
    for (let send = this.#queue.peek(); send !== undefined; send = this.#queue.peek()) {
      const dueAt = this.#start + send.dueAt;
      if (dueAt > now) return;
      this.#queue.shift();
      send.dueAt = dueAt;
      stages.record.due(send);
      stages.pool.send(send);
    }
  }

  #fillConnections(stages: Stages, now: Micros): void {
    while (stages.pool.free > 0) {
      const send = this.#takeNext(now);
      if (send === undefined) return;
      stages.pool.send(send);
    }
  }

  /** As fast as possible: the next send is due when a connection is free for it. */
  #takeNext(now: Micros): Send | undefined {
    const stages = this.#stages;
    if (stages === undefined || !this.#is('running')) return undefined;
    const { durationMs } = this.#options;
    if (durationMs !== undefined && now - this.#start >= durationMs * 1000) {
      stages.planner.stop();
      while (this.#queue.shift() !== undefined);
      if (stages.record.held === 0) stages.pacer.wake();
      return undefined;
    }
    if (this.#queue.length < LOW_PLANNED) this.#plan(LOW_PLANNED);
    const send = this.#queue.shift();
    if (send === undefined) {
      if (!stages.planner.starved && !stages.planner.ended) stages.pacer.wake();
      return undefined;
    }
    send.dueAt = now;
    stages.record.due(send);
    return send;
  }

  /** Plans; what the guards or the recording throw ends the run. */
  #plan(steps: number): void {
    try {
      this.#stages?.planner.plan(steps);
    } catch (cause) {
      this.#failure ??= { cause };
      this.stop();
    }
  }

  #pageCame(): void {
    if (this.#is('preparing')) this.#notify();
    else this.#stages?.pacer.wake();
  }

  #notified(): Promise<void> {
    return new Promise((resolve) => {
      this.#notify = resolve;
    });
  }
}
