/**
 * A dispatcher over several lanes, each with a sender that holds what it takes, a router that asks the test, and a clock
 * that stands until it is moved.
 */
import { type FailureReason, Ledger, type Micros, type NotSentReason, type Send } from '../../../core/index.ts';
import { Dispatcher, type Router, type UntimedPlan } from '../../../emitter/dispatch/dispatcher.ts';
import { type LaneOptions, TargetLane } from '../../../emitter/dispatch/target-lane.ts';
import { RunRecord } from '../../../emitter/results/run-record.ts';
import { HeldSender } from './held-sender.ts';

const MOST_ROUNDS = 10_000;

export interface LaneBenchOptions extends Partial<LaneOptions> {
  /** Connections of each target. */
  readonly places: readonly number[];
  /** Place of the lane that a send goes to; what is held waits for {@link LaneBench.releaseAll}. */
  readonly choose: (send: Send, isPassed: (lane: number) => boolean) => number | NotSentReason | 'hold';
  readonly untimed?: UntimedPlan | undefined;
}

export class LaneBench implements Router {
  readonly lanes: readonly TargetLane[];
  readonly senders: readonly HeldSender[];
  readonly dispatcher: Dispatcher;
  readonly record: RunRecord;
  readonly ledger = new Ledger();
  /** Of each send, as they came. */
  readonly outcomes = new Map<Send, string[]>();
  /** Of each lane: sends that began there and have not ended. */
  readonly underWay: Set<Send>[];
  /** Sends in the order in which they were given to a lane; one that is rerouted stands there again. */
  readonly begun: Send[] = [];
  now: Micros = 0;
  readonly #choose: LaneBenchOptions['choose'];
  readonly #held: Send[] = [];
  #woken = true;
  #pumpAt: Micros | undefined;

  constructor({ places, choose, untimed, ...options }: LaneBenchOptions) {
    this.#choose = choose;
    this.record = new RunRecord({
      target: 'several',
      runId: 'r',
      plan: undefined,
      ledger: this.ledger,
      onResult: undefined,
    });
    this.record.start(0, 0);
    this.dispatcher = new Dispatcher({
      clock: { now: () => this.now, monotonic: () => this.now },
      record: this.#watched(),
      wake: () => {
        this.#woken = true;
      },
      untimed,
    });
    const laneOptions: LaneOptions = { lateness: { kind: 'at-once' }, maxWaitMs: 5_000, ...options };
    this.lanes = places.map(
      (_, at) => new TargetLane(`target-${at}:1`, `target-${at}:1`, laneOptions, this.dispatcher),
    );
    this.senders = places.map((count, at) => new HeldSender(count, this.lanes[at] as TargetLane));
    for (const [at, lane] of this.lanes.entries()) lane.open(this.senders[at] as HeldSender);
    this.underWay = places.map(() => new Set());
    this.dispatcher.open(this);
  }

  get held(): number {
    return this.#held.length;
  }

  choose(send: Send, _now: Micros, isPassed?: (lane: TargetLane) => boolean): TargetLane | NotSentReason | undefined {
    const way = this.#choose(send, (at) => isPassed?.(this.lanes[at] as TargetLane) ?? false);
    if (way === 'hold') {
      this.#held.push(send);
      return undefined;
    }
    return typeof way === 'number' ? this.lanes[way] : way;
  }

  began(lane: TargetLane, send: Send): void {
    const sends = this.#underWayAt(lane);
    if (sends.has(send)) throw new Error('it began there already');
    sends.add(send);
    this.begun.push(send);
  }

  ended(lane: TargetLane, send: Send): void {
    if (!this.#underWayAt(lane).delete(send)) throw new Error('it never began there, or has ended');
  }

  drain(): readonly Send[] {
    return this.#held.splice(0);
  }

  due(send: Send): void {
    this.dispatcher.due(send, this.now);
    this.#woken = true;
  }

  /** Something is there to be sent. */
  wake(): void {
    this.#woken = true;
  }

  releaseAll(): void {
    this.dispatcher.release(this.#held.splice(0), this.now);
    this.#woken = true;
  }

  reroute(at: number): void {
    this.dispatcher.reroute(this.lanes[at] as TargetLane, this.now);
    this.#woken = true;
  }

  /** Moves the clock there, and pumps whenever that was asked for. */
  pumpUntil(until: Micros): void {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      const at = this.#woken ? this.now : this.#pumpAt;
      if (at === undefined || at > until) break;
      this.#woken = false;
      this.now = Math.max(this.now, at);
      this.#pumpAt = this.dispatcher.pump(this.now);
      // A pump that asks for itself again and again would never let time pass.
      if (this.#pumpAt !== undefined && this.#pumpAt <= this.now) this.#pumpAt = this.now + 1;
    }
    this.now = until;
  }

  #underWayAt(lane: TargetLane): Set<Send> {
    return this.underWay[this.lanes.indexOf(lane)] as Set<Send>;
  }

  #watched(): RunRecord {
    const { record } = this;
    const told = (send: Send, outcome: string): void => {
      this.outcomes.set(send, [...(this.outcomes.get(send) ?? []), outcome]);
    };
    return Object.create(record, {
      held: { get: () => record.held },
      due: { value: (send: Send) => record.due(send) },
      answered: {
        value: (send: Send) => {
          told(send, 'answered');
          record.answered(send);
        },
      },
      failed: {
        value: (send: Send, reason: FailureReason) => {
          told(send, reason);
          record.failed(send, reason);
        },
      },
      notSent: {
        value: (send: Send, reason: NotSentReason) => {
          told(send, reason);
          record.notSent(send, reason);
        },
      },
    }) as RunRecord;
  }
}
