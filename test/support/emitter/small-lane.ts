/**
 * The least that stands behind a sender: a queue of what waits, a log of what became of each send.
 *
 *     const lane = new SmallLane((handler) => new ConnectionPool(options, { clock: SYSTEM_CLOCK, handler, ownEndpoints }));
 *     lane.send(GET_REQUEST);
 *     await lane.settled(1);
 *     lane.outcomes                     // ['200']
 */
import type { FailureReason, Micros, PreparedRequest, Send, Sender, SendHandler } from '../../../core/index.ts';
import { FREE_ORDER, newSend } from '../../../emitter/plan/send.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

export class SmallLane implements SendHandler {
  readonly sender: Sender;
  /** `200`, `reply` … or `failed: refused` …, in the order in which they came. */
  readonly outcomes: string[] = [];
  readonly settledSends: Send[] = [];
  /** Called at each outcome. */
  onOutcome: (send: Send) => void = () => {};
  readonly #waiting: Send[] = [];
  readonly #seen = new WeakSet<Send>();
  readonly #monotonic: () => Micros;
  readonly #waiters: (() => void)[] = [];

  constructor(open: (handler: SendHandler) => Sender, monotonic = SYSTEM_CLOCK.monotonic) {
    this.#monotonic = monotonic;
    this.sender = open(this);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  send(request: PreparedRequest): Send {
    const send = newSend(request, 0, 0, FREE_ORDER);
    const { sender } = this;
    if (this.#waiting.length > 0 || !sender.offer(send, this.#monotonic())) {
      this.#waiting.push(send);
      sender.demand(this.#waiting.length);
    }
    return send;
  }

  sendAll(requests: readonly PreparedRequest[]): readonly Send[] {
    return requests.map((request) => this.send(request));
  }

  next(): Send | undefined {
    return this.#waiting.shift();
  }

  answered(send: Send): void {
    this.#settle(send, send.answer);
  }

  failed(send: Send, reason: FailureReason): void {
    this.#settle(send, `failed: ${reason}`);
  }

  /** Resolves when so many sends have their outcome. */
  async settled(count: number): Promise<void> {
    while (this.outcomes.length < count) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** How many sends ended in each outcome. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const outcome of this.outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  }

  #settle(send: Send, outcome: string): void {
    if (this.#seen.has(send)) throw new Error(`a second outcome of one send: ${outcome}`);
    this.#seen.add(send);
    this.settledSends.push(send);
    this.outcomes.push(outcome);
    this.onOutcome(send);
    for (const wake of this.#waiters.splice(0)) wake();
  }
}
