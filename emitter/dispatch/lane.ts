/**
 * The way of due sends to one target: what is due goes at once where it can, and waits here, bounded and in order, where
 * it cannot.
 *
 *     due ──▶ session's turn? ──▶ backlog ──▶ lateness gate ──▶ sender ──▶ outcome ──▶ record
 *                 │ no                                                        │
 *                 └─ held by its session ◀──── ready at answer + think ───────┘
 *
 * Every send that came in by `due` ends in exactly one outcome of the record, whatever the sender and the target do.
 */
import TinyQueue from 'tinyqueue';
import type { ByteCount, Clock, FailureReason, Micros, Millis, Send, Sender, SendHandler } from '../../core/index.ts';
import type { LatenessOptions } from '../options.ts';
import type { RunRecord } from '../results/run-record.ts';
import { SendQueue } from '../send-queue.ts';
import { LatenessGate, TOO_LATE } from './lateness.ts';
import { SessionOrder } from './session-order.ts';

/** At 10,000 sends a second this is over a second of a target that stands still for `maxWaitMs` 5 s. */
const MAX_BACKLOG = 65_536;
const MAX_BACKLOG_BYTES: ByteCount = 64 * 1024 * 1024;
/** A session that is further behind its plan than this loses sends, so that a silent target does not hold up a run's end for hours. */
const MAX_SESSION_LAG_MICROS: Micros = 60_000_000;

export interface LaneOptions {
  readonly lateness: LatenessOptions;
  /** Longest wait of a send that may go for a free connection. */
  readonly maxWaitMs: Millis;
}

export interface LaneDeps {
  readonly clock: Clock;
  readonly record: RunRecord;
  /** Asks for a call of `pump` in the next turn. */
  readonly wake: () => void;
  /** Where the plan has no times, as fast as possible; undefined where it has. */
  readonly untimed: UntimedPlan | undefined;
}

/** A plan whose sends become due when a connection is free for them. */
export interface UntimedPlan {
  /** The next send, as far as there is one now. */
  take(now: Micros): Send | undefined;
  /** Nothing becomes due any more, even if it was taken. */
  isOver(now: Micros): boolean;
}

/** Without times nothing is late. */
const UNTIMED: LatenessOptions = { kind: 'at-once' };

export class Lane implements SendHandler {
  readonly #deps: LaneDeps;
  readonly #maxWaitMicros: Micros;
  readonly #gate: LatenessGate;
  readonly #sessions = new SessionOrder();
  readonly #backlog = new SendQueue({ maxCount: MAX_BACKLOG, maxBytes: MAX_BACKLOG_BYTES });
  /** Sends whose session's turn has come and whose client still thinks. */
  readonly #thinking = new TinyQueue<Send>([], (one, other) => one.readyAt - other.readyAt);
  #sender: Sender | undefined;
  #stopped = false;

  constructor(options: LaneOptions, deps: LaneDeps) {
    this.#deps = deps;
    this.#maxWaitMicros = options.maxWaitMs * 1000;
    this.#gate = new LatenessGate(deps.untimed === undefined ? options.lateness : UNTIMED);
  }

  /** The sender whose handler this is. */
  open(sender: Sender): void {
    this.#sender = sender;
  }

  /** Due sends that wait: for their session, for its client's thinking, for a connection. */
  get waiting(): number {
    const held = this.#deps.untimed === undefined ? this.#sessions.held : 0;
    return this.#backlog.length + held + this.#thinking.length;
  }

  /** The send's time has come. */
  due(send: Send, now: Micros): void {
    this.#begin(send);
    if (send.session !== '') {
      if (this.#sessions.full) {
        this.#deps.record.notSent(send, 'dropped');
        return;
      }
      if (!this.#sessions.enter(send)) return;
    }
    if (!this.#admit(send, now)) this.#drop(send);
  }

  /**
   * Hands over what may go now.
   * @returns when it is to be called next at the latest; undefined where only a connection or an answer will tell
   */
  pump(now: Micros): Micros | undefined {
    for (let send = this.#thinking.peek(); send !== undefined && send.readyAt <= now; send = this.#thinking.peek()) {
      this.#thinking.pop();
      if (!this.#admit(send, now)) this.#drop(send);
    }
    const gateAt = this.#drain(now);
    if (this.#backlog.length === 0 && !this.#stopped) this.#fill(now);
    return earliest(earliest(gateAt, this.#thinking.peek()?.readyAt), this.#expiry());
  }

  /** A connection is free: the oldest send that may go, or as fast as possible the next of the plan. */
  next(now: Micros): Send | undefined {
    const send = this.#backlog.peek();
    if (send === undefined) return this.#stopped ? undefined : this.#takePlanned(now);
    const opensAt = this.#gate.opensAt(send, now);
    if (opensAt > now) {
      // Not yet, or too late: the next pump sees to it.
      this.#deps.wake();
      return undefined;
    }
    this.#backlog.shift();
    this.#gate.passed(send, now);
    return send;
  }

  answered(send: Send): void {
    this.#deps.record.answered(send);
    this.#settled(send);
  }

  failed(send: Send, reason: FailureReason): void {
    this.#deps.record.failed(send, reason);
    this.#settled(send);
  }

  /** Nothing more goes: all that waits is not sent. */
  stop(): void {
    this.#stopped = true;
    const { record } = this.#deps;
    for (const queue of [this.#backlog, this.#thinking]) {
      const take = () => (queue instanceof SendQueue ? queue.shift() : queue.pop());
      for (let send = take(); send !== undefined; send = take()) record.notSent(send, 'stopped');
    }
    const held = this.#sessions.drain();
    // Without times it would have become due in its turn.
    if (this.#deps.untimed === undefined) for (const send of held) record.notSent(send, 'stopped');
  }

  /** Counts it as due. */
  #begin(send: Send): void {
    this.#deps.record.due(send);
    send.readyAt = send.dueAt;
  }

  /** Sends it, or lets it wait where it can. @returns false where it is to be dropped */
  #admit(send: Send, now: Micros): boolean {
    if (send.readyAt > now) {
      this.#thinking.push(send);
      this.#deps.wake();
      return true;
    }
    if (send.session !== '' && now - send.dueAt > MAX_SESSION_LAG_MICROS) return false;
    if (this.#backlog.length === 0 && this.#gate.opensAt(send, now) <= now && this.#offer(send, now)) return true;
    if (!this.#backlog.offer(send)) return false;
    if (this.#backlog.length === 1) this.#deps.wake();
    return true;
  }

  /** @returns when the oldest may go, where that is what it waits for */
  #drain(now: Micros): Micros | undefined {
    for (let send = this.#backlog.peek(); send !== undefined; send = this.#backlog.peek()) {
      const opensAt = this.#gate.opensAt(send, now);
      if (opensAt === TOO_LATE || now - send.readyAt > this.#maxWaitMicros) {
        this.#backlog.shift();
        this.#drop(send);
      } else if (opensAt > now) {
        return opensAt;
      } else if (this.#offer(send, now)) {
        this.#backlog.shift();
      } else {
        this.#sender?.demand(this.#backlog.length);
        return undefined;
      }
    }
    return undefined;
  }

  /** As fast as possible: one send for each connection that is free. */
  #fill(now: Micros): void {
    for (let send = this.#takePlanned(now); send !== undefined; send = this.#takePlanned(now)) {
      if (this.#offer(send, now)) continue;
      this.#backlog.offer(send);
      this.#sender?.demand(1);
      return;
    }
  }

  #takePlanned(now: Micros): Send | undefined {
    const { untimed } = this.#deps;
    while (untimed !== undefined && !this.#sessions.full) {
      const send = untimed.take(now);
      if (send === undefined) return undefined;
      if (send.session !== '' && !this.#sessions.enter(send)) continue;
      send.dueAt = now;
      this.#begin(send);
      return send;
    }
    return undefined;
  }

  #offer(send: Send, now: Micros): boolean {
    if (this.#sender?.offer(send, now) !== true) return false;
    this.#gate.passed(send, now);
    return true;
  }

  #drop(send: Send): void {
    this.#deps.record.notSent(send, 'dropped');
    this.#settled(send);
  }

  #expiry(): Micros | undefined {
    const oldest = this.#backlog.peek();
    return oldest === undefined ? undefined : oldest.readyAt + this.#maxWaitMicros + 1;
  }

  /** The send has its outcome: the next of its session comes, or the one behind that where it is dropped. */
  #settled(send: Send): void {
    if (send.session !== '' && !this.#stopped) {
      const now = this.#deps.clock.monotonic();
      let next = this.#nextOf(send, now);
      while (next !== undefined && !this.#admit(next, now)) {
        this.#deps.record.notSent(next, 'dropped');
        next = this.#nextOf(next, now);
      }
    }
    if (this.#deps.record.held === 0) this.#deps.wake();
  }

  /** The next of its session, which is due now at the latest. */
  #nextOf(settled: Send, now: Micros): Send | undefined {
    const { untimed } = this.#deps;
    if (untimed?.isOver(now) === true) this.#sessions.drain();
    const next = this.#sessions.settled(settled, now);
    if (untimed === undefined || next === undefined) return next;
    next.dueAt = now;
    this.#begin(next);
    return next;
  }
}

function earliest(one: Micros | undefined, other: Micros | undefined): Micros | undefined {
  if (one === undefined) return other;
  return other === undefined || one < other ? one : other;
}
