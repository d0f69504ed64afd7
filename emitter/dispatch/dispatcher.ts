/**
 * The way of due sends: sessions first, then the target that the router chooses, whose lane sends or lets wait.
 *
 *     due ──▶ session's turn? ──▶ router ──▶ lane of a target ──▶ sender ──▶ outcome ──▶ record
 *                 │ no               └─ held, not sent                          │
 *                 └─ held by its session ◀──── ready at answer + think ─────────┘
 *
 * Every send that came in by `due` ends in exactly one outcome of the record, whatever senders and targets do.
 */
import TinyQueue from 'tinyqueue';
import type { Clock, FailureReason, Micros, NotSentReason, Send } from '../../core/index.ts';
import type { RunRecord } from '../results/run-record.ts';
import { SessionOrder } from './session-order.ts';
import type { LaneOwner, TargetLane } from './target-lane.ts';

/** A session that is further behind its plan than this loses sends, so that a silent target does not hold up a run's end for hours. */
const MAX_SESSION_LAG_MICROS: Micros = 60_000_000;

/** Which target a send goes to. */
export interface Router {
  /** All lanes, in any order. */
  readonly lanes: readonly TargetLane[];
  /** Sends that the router lets wait. */
  readonly held: number;
  /**
   * @param isPassed lanes that get nothing that may go to others
   * @returns undefined where the router keeps the send until it gives it to {@link Dispatcher.release}
   */
  choose(send: Send, now: Micros, isPassed?: (lane: TargetLane) => boolean): TargetLane | NotSentReason | undefined;
  /** The send was given to the lane; it ends there. */
  began(lane: TargetLane, send: Send): void;
  /** @param failure undefined where it was answered; `dropped` where it never went */
  ended(lane: TargetLane, send: Send, failure: FailureReason | 'dropped' | undefined): void;
  /** What it keeps, to be sent nowhere. */
  drain(): readonly Send[];
}

/** A plan whose sends become due when a connection is free for them: as fast as possible. */
export interface UntimedPlan {
  /** The next send, as far as there is one now. */
  take(now: Micros): Send | undefined;
  /** Nothing becomes due any more, even if it was taken. */
  isOver(now: Micros): boolean;
}

export interface DispatcherDeps {
  readonly clock: Clock;
  readonly record: RunRecord;
  /** Asks for a call of `pump` in the next turn. */
  readonly wake: () => void;
  /** Undefined where the plan has times. */
  readonly untimed: UntimedPlan | undefined;
  /** Undefined where nothing is learnt from answers. */
  readonly correlation?: Correlation | undefined;
}

/** What answers give out is put into later requests of their session. */
export interface Correlation {
  /** Its request is still the one that was built. */
  due(send: Send): void;
  /** It goes now, or goes elsewhere than it was about to. */
  rewrite(send: Send): void;
  /** Before the next send of its session goes. */
  answered(send: Send): void;
}

export class Dispatcher implements LaneOwner {
  readonly #deps: DispatcherDeps;
  readonly #sessions = new SessionOrder();
  /** Sends whose session's turn has come and whose client still thinks. */
  readonly #thinking = new TinyQueue<Send>([], (one, other) => one.readyAt - other.readyAt);
  #router: Router = NOWHERE;
  /** As fast as possible: some target is slow. */
  #passesSlow = false;
  #stopped = false;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  /** @param router whose lanes have this dispatcher as their owner */
  open(router: Router): void {
    this.#router = router;
  }

  /** Due sends that wait: for their session, for its client's thinking, for the router, for a connection. */
  get waiting(): number {
    let waiting = this.#thinking.length + this.#router.held;
    if (this.#deps.untimed === undefined) waiting += this.#sessions.held;
    for (const lane of this.#router.lanes) waiting += lane.waiting;
    return waiting;
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
    if (!this.#admit(send, now)) this.#settled(send);
  }

  /**
   * Hands over what may go now.
   * @returns when it is to be called next at the latest; undefined where only a connection or an answer will tell
   */
  pump(now: Micros): Micros | undefined {
    for (let send = this.#thinking.peek(); send !== undefined && send.readyAt <= now; send = this.#thinking.peek()) {
      this.#thinking.pop();
      if (!this.#admit(send, now)) this.#settled(send);
    }
    let next = this.#thinking.peek()?.readyAt;
    for (const lane of this.#router.lanes) {
      const laneAt = lane.pump(now);
      if (laneAt !== undefined && (next === undefined || laneAt < next)) next = laneAt;
    }
    return next;
  }

  /** What the router let wait is routed again. */
  release(sends: readonly Send[], now: Micros): void {
    for (const send of sends) if (!this.#route(send, now)) this.#settled(send);
  }

  /** What waits for this lane's target goes to others. */
  reroute(lane: TargetLane, now: Micros): void {
    for (const send of lane.evacuate()) {
      this.#router.ended(lane, send, 'dropped');
      if (!this.#route(send, now)) this.#settled(send);
    }
  }

  /** Nothing more goes: all that waits is not sent. */
  stop(): void {
    this.#stopped = true;
    const { record, untimed } = this.#deps;
    for (const lane of this.#router.lanes) {
      lane.stop();
      for (const send of lane.evacuate()) {
        record.notSent(send, 'stopped');
        this.#router.ended(lane, send, 'dropped');
      }
    }
    for (const send of this.#router.drain()) record.notSent(send, 'stopped');
    for (let send = this.#thinking.pop(); send !== undefined; send = this.#thinking.pop()) {
      record.notSent(send, 'stopped');
    }
    const held = this.#sessions.drain();
    // Without times it would have become due in its turn.
    if (untimed === undefined) for (const send of held) record.notSent(send, 'stopped');
  }

  answered(lane: TargetLane, send: Send): void {
    this.#deps.correlation?.answered(send);
    this.#deps.record.answered(send);
    this.#router.ended(lane, send, undefined);
    this.#settled(send);
  }

  failed(lane: TargetLane, send: Send, reason: FailureReason): void {
    this.#deps.record.failed(send, reason);
    this.#router.ended(lane, send, reason);
    this.#settled(send);
  }

  dropped(lane: TargetLane, send: Send): void {
    this.#deps.record.notSent(send, 'dropped');
    this.#router.ended(lane, send, 'dropped');
    this.#settled(send);
  }

  /**
   * As fast as possible: the next send of the plan that is this lane's. What the router gives to others on the way waits
   * in their lanes; where one of them is crowded, the plan waits for it, so that the shares stay as asked. It waits for no
   * target that is slow: what may go elsewhere does, the rest waits in its lane and is dropped there in the end.
   */
  take(lane: TargetLane, now: Micros): Send | undefined {
    const { untimed } = this.#deps;
    while (untimed !== undefined && !this.#sessions.full && !this.#mustWait(now)) {
      const send = untimed.take(now);
      if (send === undefined) return undefined;
      if (send.session !== '' && !this.#sessions.enter(send)) continue;
      send.dueAt = now;
      this.#begin(send);
      const chosen = this.#choose(send, now);
      if (chosen === lane) {
        this.#router.began(lane, send);
        this.#claim(lane, send);
        return send;
      }
      if (!this.#follow(chosen, send, now)) this.#settled(send);
    }
    return undefined;
  }

  wake(): void {
    this.#deps.wake();
  }

  /** As fast as possible: whether the plan waits for a lane. Finds out as well whether others are slow. */
  #mustWait(now: Micros): boolean {
    this.#passesSlow = false;
    for (const lane of this.#router.lanes) {
      if (!lane.isCrowded) continue;
      if (!lane.isSlow(now)) return true;
      this.#passesSlow = true;
    }
    return false;
  }

  #choose(send: Send, now: Micros): TargetLane | NotSentReason | undefined {
    return this.#router.choose(send, now, this.#passesSlow ? (lane) => lane.isSlow(now) : undefined);
  }

  /** It goes to this target: what depends on that, and on answers before it in its session, is settled. */
  #claim(lane: TargetLane, send: Send): void {
    lane.claim(send);
    this.#deps.correlation?.rewrite(send);
  }

  /** Counts it as due. */
  #begin(send: Send): void {
    this.#deps.correlation?.due(send);
    this.#deps.record.due(send);
    send.readyAt = send.dueAt;
  }

  /** @returns false where it has its outcome already: it is not sent */
  #admit(send: Send, now: Micros): boolean {
    if (send.readyAt > now) {
      this.#thinking.push(send);
      this.#deps.wake();
      return true;
    }
    if (send.session !== '' && now - send.dueAt > MAX_SESSION_LAG_MICROS) {
      this.#deps.record.notSent(send, 'dropped');
      return false;
    }
    return this.#route(send, now);
  }

  #route(send: Send, now: Micros): boolean {
    return this.#follow(this.#choose(send, now), send, now);
  }

  /** @returns false where it has its outcome already: it is not sent */
  #follow(way: TargetLane | NotSentReason | undefined, send: Send, now: Micros): boolean {
    const { record } = this.#deps;
    if (way === undefined) return true;
    if (typeof way === 'string') {
      record.notSent(send, way);
      return false;
    }
    this.#router.began(way, send);
    this.#claim(way, send);
    if (way.admit(send, now)) return true;
    record.notSent(send, 'dropped');
    this.#router.ended(way, send, 'dropped');
    return false;
  }

  /** The send has its outcome: the next of its session comes, or the one behind that where it is not sent. */
  #settled(send: Send): void {
    if (send.session !== '' && !this.#stopped) {
      const now = this.#deps.clock.monotonic();
      let next = this.#nextOf(send, now);
      while (next !== undefined && !this.#admit(next, now)) next = this.#nextOf(next, now);
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

/** Before there is a router. */
const NOWHERE: Router = {
  lanes: [],
  held: 0,
  choose: () => 'no-target',
  began: () => {},
  ended: () => {},
  drain: () => [],
};
