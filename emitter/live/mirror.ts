/**
 * Sends live requests on to another target in the rhythm in which they were recorded, a constant delay behind, without
 * waiting for their answers.
 *
 *     offer ──▶ filter ──▶ sample ──▶ check ──▶ copies ──▶ rate cap ──▶ due at recorded time + delay ──▶ lane ──▶ target
 *                  └──────────┴─── left out ──────┴──────────┘
 *
 * `offer` never waits, never throws and never grows: what is ahead of its time waits in a bounded queue, what finds no
 * connection in the lane's, and what does not fit there is counted as dropped. Requests that carry the marker, or come
 * from the mirror's own connections, are replayed traffic themselves and are left out, so that a mirror never feeds on
 * what it sends.
 *
 *     requests offered = taken + left out(filtered, sampled, marked, thinned, rate-cap, stopped)
 *     due sends        = answered + failed(reason) + not sent(reason)
 */
import TinyQueue from 'tinyqueue';
import {
  type Account,
  type ByteCount,
  BytecopyError,
  type Clock,
  type Ledger,
  type Micros,
  type NotSentReason,
  type ReplayResult,
  type RequestReady,
  type Send,
} from '../../core/index.ts';
import { OwnEndpoints } from '../connection/own-endpoints.ts';
import { Pacer } from '../dispatch/pacer.ts';
import { type CheckedMirrorOptions, checkMirrorOptions, type MirrorOptions } from '../options.ts';
import { CopyCounter } from '../plan/copies.ts';
import { FREE_ORDER, newSend } from '../plan/send.ts';
import type { RequestPreparer } from '../request/request-preparer.ts';
import { mergeSnapshots } from '../results/merge-snapshots.ts';
import type { ReplayProgress, ReplayReport } from '../results/report.ts';
import { openSending, type Sending } from '../sending.ts';
import { RateCap } from './rate-cap.ts';
import { RecordedClock } from './recorded-clock.ts';
import { Sampler } from './sampler.ts';

/** Opened when the mirror starts; more are opened as requests come. */
const WARM_CONNECTIONS = 4;
/** Sends that wait for their time: over a second at 60,000 a second. */
const MAX_AHEAD = 65_536;
const MAX_AHEAD_BYTES: ByteCount = 64 * 1024 * 1024;

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
  readonly sending: Sending;
  readonly pacer: Pacer;
}

export class Mirror {
  readonly #options: CheckedMirrorOptions;
  readonly #deps: MirrorDeps;
  readonly #offers: Account;
  readonly #sampler: Sampler;
  readonly #copies: CopyCounter;
  readonly #cap: RateCap | undefined;
  readonly #recorded = new RecordedClock();
  readonly #own = new OwnEndpoints();
  /** Sends whose time has not come. */
  readonly #ahead = new TinyQueue<Send>([], (one, other) => one.dueAt - other.dueAt);
  #aheadBytes: ByteCount = 0;
  #stages: Stages | undefined;
  #starting: Promise<void> | undefined;
  #refusal: BytecopyError | undefined;
  #draining: Promise<ReplayReport> | undefined;
  #drained: () => void = () => {};

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID` (exit code 2) */
  constructor(options: MirrorOptions, deps: MirrorDeps) {
    this.#options = checkMirrorOptions(options);
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
    if (stages === undefined) return undefined;
    return stages.sending.progress(this.#waiting(stages), 0);
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
    if (this.#own.has(ready.flow.client)) return 'marked';
    if (!this.#sampler.takes(ready.trace?.traceId, ready.flow.id)) return 'sampled';
    const reason = this.#check(stages.sending.preparer, ready);
    if (this.#refusal !== undefined) return 'stopped';
    if (reason === 'marked') return 'marked';
    const copies = this.#copies.next();
    if (copies === 0) return 'thinned';
    if (reason !== undefined) {
      stages.sending.record.refuse(ready, copies, reason);
      return undefined;
    }
    return this.#plan(stages, ready, copies) === 0 ? 'rate-cap' : undefined;
  }

  /** @returns how many of the copies the rate cap let through */
  #plan(stages: Stages, ready: RequestReady, copies: number): number {
    const now = this.#deps.clock.monotonic();
    const dueAt = this.#recorded.monotonicOf(ready.request.lastByteAt, now) + this.#options.delayMs * 1000;
    const request = stages.sending.preparer.build(ready);
    const affinity = stages.sending.affinityOf(ready);
    for (let copy = 0; copy < copies; copy++) {
      if (this.#cap?.takes(now) === false) {
        // Of a request of which nothing goes, all is left out.
        if (copy > 0) stages.sending.record.refuse(ready, copies - copy, 'dropped');
        return copy;
      }
      if (this.#ahead.length >= MAX_AHEAD || this.#aheadBytes >= MAX_AHEAD_BYTES) {
        stages.sending.record.refuse(ready, 1, 'dropped');
        continue;
      }
      const send = newSend(request, copy, dueAt, FREE_ORDER, affinity);
      if (dueAt <= now) {
        stages.sending.dispatcher.due(send, now);
        // The pump asks for as many connections as sends wait.
        if (stages.sending.dispatcher.waiting > 0) stages.pacer.wake();
        continue;
      }
      this.#ahead.push(send);
      this.#aheadBytes += request.byteCount;
      if (this.#ahead.peek() === send) stages.pacer.wake();
    }
    return copies;
  }

  #check(preparer: RequestPreparer, ready: RequestReady): NotSentReason | undefined {
    try {
      return preparer.check(ready);
    } catch (error) {
      if (!(error instanceof BytecopyError)) throw error;
      this.#refusal = error;
      this.#deps.onRefused?.(error);
      return undefined;
    }
  }

  #tick(stages: Stages, now: Micros, lag: Micros): Micros | undefined {
    stages.sending.record.tick(lag, now);
    for (let send = this.#ahead.peek(); send !== undefined && send.dueAt <= now; send = this.#ahead.peek()) {
      this.#ahead.pop();
      this.#aheadBytes -= send.request.byteCount;
      stages.sending.dispatcher.due(send, now);
    }
    const pumpAt = stages.sending.dispatcher.pump(now);
    if (this.#idle(stages)) this.#drained();
    return Math.min(this.#ahead.peek()?.dueAt ?? Number.POSITIVE_INFINITY, pumpAt ?? Number.POSITIVE_INFINITY);
  }

  #waiting(stages: Stages): number {
    return this.#ahead.length + stages.sending.dispatcher.waiting;
  }

  #idle(stages: Stages): boolean {
    return stages.sending.record.held === 0 && this.#ahead.length === 0;
  }

  async #open(): Promise<void> {
    const { clock, ledger, onResult } = this.#deps;
    const options = this.#options;
    const tick = (now: Micros, lag: Micros) =>
      this.#stages === undefined ? undefined : this.#tick(this.#stages, now, lag);
    // Beside a capture, on the captured host: no CPU time for the last millisecond.
    const pacer = new Pacer(clock, tick, 'coarse');
    const sending = await openSending(options, {
      clock,
      ledger,
      ownEndpoints: this.#own,
      onResult,
      lateness: { kind: 'at-once' },
      plan: undefined,
      untimed: undefined,
      correlation: undefined,
      wake: () => pacer.wake(),
    });
    sending.start(clock.monotonic());
    sending.watch();
    this.#stages = { sending, pacer };
    void sending.warm(WARM_CONNECTIONS);
  }

  async #drain(): Promise<ReplayReport> {
    await this.start();
    const stages = this.#stages as Stages;
    if (!this.#idle(stages)) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    stages.pacer.stop();
    await stages.sending.close();
    if (this.#refusal !== undefined) throw this.#refusal;
    return mergeSnapshots([stages.sending.snapshot()]).report;
  }
}
