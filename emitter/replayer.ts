/**
 * Replays a recording to one target: plan, then send.
 *
 *     recording ──▶ planner ──▶ queue ──▶ pacer ──▶ lane ──▶ sender ──▶ target
 *                                                     └── run record ◀──┘
 *
 * The queue holds what is planned and not yet due; the pacer hands each send to the lane when it is due, whatever became
 * of those before it. As fast as possible there is no due time: a connection takes the next send when it is free.
 */
import {
  BytecopyError,
  type Clock,
  type Exchange,
  Ledger,
  type Micros,
  type Millis,
  type ReplayResult,
  type Send,
} from '../core/index.ts';
import { OwnEndpoints } from './connection/own-endpoints.ts';
import { SessionCorrelation } from './correlation/session-correlation.ts';
import { Pacer } from './dispatch/pacer.ts';
import { RunGuard } from './guard/run-guard.ts';
import { type CheckedReplayOptions, checkReplayOptions, type ReplayOptions, type StopRuleOptions } from './options.ts';
import { PageReader } from './plan/page-reader.ts';
import { Planner } from './plan/planner.ts';
import type { OpenRecording, RecordingSpan } from './plan/recording.ts';
import { type OpenPass, openPass } from './plan/recording-pass.ts';
import { RefusalQueue } from './refusal-queue.ts';
import { type RehearsedRun, rehearse } from './rehearsal.ts';
import { NO_PROGRESS, type PlanReport, type ReplayProgress, type StopCause } from './results/report.ts';
import type { RunSnapshot } from './results/run-snapshot.ts';
import { SendQueue } from './send-queue.ts';
import { openSending, type RunChanges, type Sending } from './sending.ts';

/**
 * Sends planned ahead: 50 ms at 20,000 a second, beside pages that are read already. More would live through the young
 * generation's collections, which pause the pacing by what they copy.
 */
const MAX_PLANNED = 1_024;
const MAX_PLANNED_BYTES = 64 * 1024 * 1024;
/** Planning steps a tick: about 0.1 ms, so that planning does not show in the pacing. */
const STEPS_A_TICK = 32;
/** As fast as possible, planning comes in lots when fewer sends than this are queued. */
const LOW_PLANNED = 64;
/** Answer time assumed before one is known, for opening connections ahead (Little: connections = rate × time). */
const ASSUMED_ANSWER_MICROS: Micros = 5_000;
/** Between planning ahead and the first due time, so that the first send is not late. */
const LEAD_MICROS: Micros = 2_000;
/** From this rate on the beginning of a plan is rehearsed: half a second of preparing, and no late first sends. */
const REHEARSED_PER_SECOND = 1_000;
const REHEARSAL_PER_SECOND = 20_000;
const MAX_REHEARSED_CONNECTIONS = 16;
/** How long what is in flight may take after `stop`. */
export const STOP_GRACE_MS: Millis = 5_000;

export interface ReplayerDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** Called once a due send, when its outcome is known; results are only built where this is given. */
  readonly onResult?: (result: ReplayResult) => void;
  /** Called when everything is prepared; gives the moment at which the plan begins, by the monotonic clock. At once where absent. */
  readonly startAt?: () => Promise<Micros>;
  /** A rehearsal is not rehearsed. */
  readonly isRehearsal?: boolean;
}

/** What may be changed while a run is under way; what is absent stays. */
export interface ReplayChanges extends RunChanges {
  readonly stopRules?: StopRuleOptions | undefined;
}

type State = 'new' | 'preparing' | 'running' | 'stopping' | 'ended';

interface Stages {
  readonly sending: Sending;
  readonly pages: PageReader;
  readonly planner: Planner;
  readonly refusals: RefusalQueue;
  readonly pacer: Pacer;
  guard: RunGuard;
}

export class Replayer {
  readonly #options: CheckedReplayOptions;
  readonly #deps: ReplayerDeps;
  readonly #queue = new SendQueue({ maxCount: MAX_PLANNED, maxBytes: MAX_PLANNED_BYTES });
  readonly #asFastAsPossible: boolean;
  #state: State = 'new';
  #stages: Stages | undefined;
  #start: Micros = 0;
  #stopped: StopCause | undefined;
  #failure: { readonly cause: unknown } | undefined;
  /** Resolves what the run waits for: a first page while preparing, the end while running. */
  #notify: () => void = () => {};
  #grace: NodeJS.Timeout | undefined;

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID` (exit code 2) */
  constructor(options: ReplayOptions, deps: ReplayerDeps) {
    this.#options = checkReplayOptions(options);
    this.#asFastAsPossible = this.#options.timing.kind === 'max';
    this.#deps = deps;
  }

  /**
   * Sends the recording; resolves when every due send has its outcome. One run a replayer.
   * @param source pages of exchanges, about in the order of time; a function that opens them where the recording loops
   *   or is laid over itself
   * @param span of the recording; needed where it is laid over itself
   * @returns everything that was counted: `mergeSnapshots` makes the report of it
   * @throws BytecopyError `REPLAY_TARGET_IS_RECORDED`, `REPLAY_TARGET_NOT_ALLOWED`, `REPLAY_WRITES_UNDECIDED`,
   *   `REPLAY_LOOP_NEEDS_REOPENING` (exit code 2), `REPLAY_TARGET_UNKNOWN`, and what reading the recording throws; what
   *   was in flight has ended then
   */
  async run(source: AsyncIterable<readonly Exchange[]> | OpenRecording, span?: RecordingSpan): Promise<RunSnapshot> {
    if (this.#stages !== undefined || this.#is('preparing')) throw new Error('a replayer runs once');
    if (this.#is('new')) this.#state = 'preparing';
    const stages = await this.#build(this.#reopening(source), span);
    this.#stages = stages;
    if (this.#is('stopping')) {
      stages.planner.stop();
      stages.pages.stop();
    }
    try {
      if (this.#is('preparing')) await this.#planAhead(stages);
      if (this.#is('preparing') && this.#isFast(stages.planner)) await rehearse(this.#rehearsed);
      if (this.#is('preparing')) await stages.sending.warm(this.#connectionsNeeded(stages.planner));
      await this.#send(stages);
    } finally {
      this.#state = 'ended';
      stages.guard.stop();
      clearTimeout(this.#grace);
      stages.pages.stop();
      stages.pacer.stop();
      await stages.sending.close();
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
    return stages.sending.snapshot({ stopped: this.#stopped });
  }

  /** Sends nothing more: what is due and waits is not sent, what is in flight has {@link STOP_GRACE_MS} to end. Idempotent. */
  stop(cause: StopCause = INTERRUPTED): void {
    if (this.#is('stopping') || this.#is('ended')) return;
    const preparing = this.#is('preparing');
    this.#state = 'stopping';
    this.#stopped = cause;
    const stages = this.#stages;
    if (stages === undefined) return;
    stages.planner.stop();
    stages.pages.stop();
    // Planned and not due yet: no send of this run.
    while (this.#queue.shift() !== undefined);
    stages.refusals.clear();
    stages.sending.dispatcher.stop();
    this.#grace = setTimeout(() => stages.sending.close(), Math.min(this.#options.timeoutMs, STOP_GRACE_MS));
    if (preparing) this.#notify();
    stages.pacer.wake();
  }

  /**
   * Changes what may be changed during a run; nothing before it has begun.
   * @throws BytecopyError as `Sending.change` does; what was changed before that stays
   */
  async change({ stopRules, ...changes }: ReplayChanges): Promise<void> {
    const stages = this.#stages;
    if (stages === undefined || !this.#is('running')) return;
    if (stopRules !== undefined) {
      stages.guard.stop();
      stages.guard = this.#guard(stages.sending, stopRules);
    }
    await stages.sending.change(changes);
  }

  progress(): ReplayProgress {
    if (this.#stages === undefined) return NO_PROGRESS;
    const { sending, planner } = this.#stages;
    return sending.progress(sending.dispatcher.waiting, planner.plannedUntil);
  }

  #is(state: State): boolean {
    return this.#state === state;
  }

  #reopening(source: AsyncIterable<readonly Exchange[]> | OpenRecording): OpenRecording {
    if (typeof source === 'function') return source;
    const { loop, by, times } = this.#options;
    const once = loop === 1 && (by !== 'overlay' || times === 1);
    if (once) return () => source;
    throw new BytecopyError(
      'REPLAY_LOOP_NEEDS_REOPENING',
      'this recording can be read only once, so it cannot be looped or laid over itself',
      {
        hint: 'replay from a store or a file, not from standard input',
        exitCode: 2,
      },
    );
  }

  async #build(open: OpenRecording, span: RecordingSpan | undefined): Promise<Stages> {
    const { clock, ledger, onResult } = this.#deps;
    const options = this.#options;
    const pass = openPass(options, open, span);
    const pacer = new Pacer(clock, (now, lag) => this.#tick(now, lag), 'fine');
    const untimed = { take: (now: Micros) => this.#takeNext(now), isOver: (now: Micros) => this.#isTimeUp(now) };
    const sending = await openSending(keepingResponses(options), {
      clock,
      ledger,
      ownEndpoints: new OwnEndpoints(),
      onResult,
      lateness: options.lateness,
      plan: planReport(options),
      untimed: this.#asFastAsPossible ? untimed : undefined,
      correlation: correlationOf(options),
      wake: () => pacer.wake(),
    });
    try {
      return { sending, pacer, ...this.#plans(sending, pass) };
    } catch (cause) {
      await sending.close();
      throw cause;
    }
  }

  #plans(sending: Sending, pass: OpenPass): Omit<Stages, 'sending' | 'pacer'> {
    const options = this.#options;
    const { record, preparer } = sending;
    const pages = new PageReader(pass, options.loop, () => this.#pageCame());
    const refusals = new RefusalQueue(({ exchange, copies, reason }) => record.refuse(exchange, copies, reason));
    const planner: Planner = new Planner(options, {
      pages,
      queue: this.#queue,
      preparer: { check: (exchange) => preparer.check(exchange), build: (exchange) => sending.build(exchange) },
      affinityOf: (exchange) => sending.affinityOf(exchange),
      notSent: (exchange, copies, reason) => refusals.refuse({ exchange, copies, reason }, planner.planned),
    });
    return { pages, planner, refusals, guard: this.#guard(sending, options.stopRules) };
  }

  #guard(sending: Sending, stopRules: StopRuleOptions): RunGuard {
    return new RunGuard(stopRules, sending.probed, {
      progress: () => this.progress(),
      onStop: (cause) => this.stop(cause),
    });
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
    if (this.#queue.length === 0) return 0;
    if (this.#asFastAsPossible) return this.#options.maxConnections;
    return Math.ceil(this.#sendsPerMicro(planner) * ASSUMED_ANSWER_MICROS) + 1;
  }

  #isFast(planner: Planner): boolean {
    if (this.#deps.isRehearsal === true) return false;
    return this.#asFastAsPossible || this.#sendsPerMicro(planner) * 1_000_000 >= REHEARSED_PER_SECOND;
  }

  /** At the plan's beginning. */
  #sendsPerMicro(planner: Planner): number {
    return this.#queue.length / Math.max(planner.lastDueAt, ASSUMED_ANSWER_MICROS);
  }

  readonly #rehearsed: RehearsedRun = (target, open) => {
    const { clock, onResult } = this.#deps;
    const options: ReplayOptions = {
      target,
      runId: this.#options.runId,
      maxConnections: Math.min(this.#options.maxConnections, MAX_REHEARSED_CONNECTIONS),
      timing: { kind: 'rate', perSecond: REHEARSAL_PER_SECOND },
    };
    const deps: ReplayerDeps = { clock, ledger: new Ledger(), isRehearsal: true };
    return new Replayer(options, onResult === undefined ? deps : { ...deps, onResult: () => {} }).run(open);
  };

  async #send(stages: Stages): Promise<void> {
    const { clock, startAt } = this.#deps;
    this.#start = (await startAt?.()) ?? clock.monotonic() + LEAD_MICROS;
    stages.sending.start(this.#start);
    if (this.#is('preparing')) this.#state = 'running';
    // Where nothing is to be sent, nothing goes to the targets at all.
    if (this.#is('running') && this.#queue.length > 0) stages.sending.watch();
    const ended = this.#notified();
    stages.pacer.wake();
    await ended;
  }

  /** Hands over what is due, plans a little, and says when it is to be called next. */
  #tick(now: Micros, lag: Micros): Micros | undefined {
    const stages = this.#stages;
    if (stages === undefined || this.#is('preparing')) return undefined;
    const { planner, sending } = stages;
    const { record, dispatcher } = sending;
    record.tick(lag, now);
    if (!this.#asFastAsPossible) this.#sendDue(stages, now);
    const nextAt = now >= this.#start ? dispatcher.pump(now) : this.#start;
    this.#plan(STEPS_A_TICK);
    if (planner.ended && this.#queue.length === 0 && record.held === 0) {
      this.#notify();
      return undefined;
    }
    if (!planner.ended && !planner.starved && !this.#queue.full) return now;
    const head = this.#asFastAsPossible ? undefined : this.#queue.peek();
    if (head === undefined) return nextAt;
    const dueAt = this.#start + head.dueAt;
    return nextAt === undefined || dueAt < nextAt ? dueAt : nextAt;
  }

  #sendDue(stages: Stages, now: Micros): void {
    for (let send = this.#queue.peek(); send !== undefined; send = this.#queue.peek()) {
      const dueAt = this.#start + send.dueAt;
      if (dueAt > now) return;
      this.#queue.shift();
      send.dueAt = dueAt;
      stages.sending.dispatcher.due(send, now);
      stages.refusals.taken();
    }
  }

  /** As fast as possible: the next send of the plan, where a connection is free for it. */
  #takeNext(now: Micros): Send | undefined {
    const stages = this.#stages;
    if (stages === undefined || !this.#is('running')) return undefined;
    const { planner, refusals, pacer, sending } = stages;
    if (this.#isTimeUp(now)) {
      planner.stop();
      while (this.#queue.shift() !== undefined);
      refusals.clear();
      if (sending.record.held === 0) pacer.wake();
      return undefined;
    }
    if (this.#queue.length < LOW_PLANNED) this.#plan(LOW_PLANNED);
    const send = this.#queue.shift();
    if (send !== undefined) refusals.taken();
    else if (!planner.starved && !planner.ended) pacer.wake();
    return send;
  }

  #isTimeUp(now: Micros): boolean {
    const { durationMs } = this.#options;
    return durationMs !== undefined && now - this.#start >= durationMs * 1000;
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

/** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) where nothing keeps a login before what needs it */
function correlationOf({ correlate, session, keepResponses }: CheckedReplayOptions): SessionCorrelation | undefined {
  if (correlate === undefined || correlate.length === 0) return undefined;
  if (session !== undefined) return new SessionCorrelation(correlate, keepResponses);
  throw new BytecopyError(
    'REPLAY_OPTIONS_INVALID',
    'correlate: answers are learnt from within sessions, and order is free',
    {
      hint: 'say whose requests belong together, such as session: flow or session: cookie:sid',
      exitCode: 2,
    },
  );
}

/** Answers are read where values are learnt from them. */
function keepingResponses(options: CheckedReplayOptions): CheckedReplayOptions {
  return options.correlate === undefined ? options : { ...options, keepResponses: true };
}

const INTERRUPTED: StopCause = { rule: 'interrupted', text: 'interrupted' };

function planReport({ timing, times, by, arrivals, session, lateness, shard }: CheckedReplayOptions): PlanReport {
  return { timing, times, by, arrivals, session, lateness, workers: shard.count };
}
