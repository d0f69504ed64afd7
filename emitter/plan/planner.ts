/**
 * Recording → planned sends, in slices: each call prepares a few, so that planning never holds up sending.
 *
 *     pages ──▶ prepare ──▶ copies ──▶ due times ──▶ queue (bounded)
 *                  └─▶ not sent, by reason
 *
 * Due times of the sends are µs after the run's start. Requests that are not sent take no place in an absolute rate.
 */
import type { Exchange, Micros, NotSentReason, PreparedRequest, Send } from '../../core/index.ts';
import type { CheckedReplayOptions } from '../options.ts';
import type { RequestPreparer } from '../request/request-preparer.ts';
import type { SendQueue } from '../send-queue.ts';
import { CopyCounter } from './copies.ts';
import type { Page, PageReader } from './page-reader.ts';
import { newSend } from './send.ts';
import { requestTime } from './time-order.ts';
import { type Timing, timingOf } from './timing.ts';

export interface PlannerDeps {
  readonly pages: Pick<PageReader, 'take' | 'ended'>;
  readonly preparer: Pick<RequestPreparer, 'prepare'>;
  readonly queue: SendQueue;
  /** So many sends of the exchange are due and will not be sent. */
  readonly notSent: (exchange: Exchange, copies: number, reason: NotSentReason) => void;
}

interface Placed {
  readonly request: PreparedRequest;
  readonly at: Micros;
  readonly copies: number;
  readonly pass: number;
}

export class Planner {
  readonly #deps: PlannerDeps;
  readonly #copies: CopyCounter;
  readonly #timing: Timing;
  readonly #maxSends: number;
  readonly #durationMicros: Micros;
  #page: Page | undefined;
  #place = 0;
  /** The request whose copies are being queued, and the one behind it where timing looks ahead. */
  #current: Placed | undefined;
  #ahead: Placed | undefined;
  #copy = 0;
  #pass = -1;
  #planned = 0;
  #limitReached = false;
  #starved = false;
  #lastDueAt: Micros = 0;
  #plannedUntil: Micros = 0;

  constructor(options: CheckedReplayOptions, deps: PlannerDeps) {
    this.#deps = deps;
    this.#copies = new CopyCounter(options.times);
    this.#timing = timingOf(options.timing);
    this.#maxSends = options.count ?? Number.POSITIVE_INFINITY;
    this.#durationMicros = (options.durationMs ?? Number.POSITIVE_INFINITY) * 1000;
  }

  /** Nothing will be queued any more: the recording is through, or a limit is reached. */
  get ended(): boolean {
    if (this.#limitReached) return true;
    return (
      this.#current === undefined && this.#ahead === undefined && this.#page === undefined && this.#deps.pages.ended
    );
  }

  /** The last call of `plan` stopped because no page was there. */
  get starved(): boolean {
    return this.#starved;
  }

  /** Due time of the send queued last, µs after the start. */
  get lastDueAt(): Micros {
    return this.#lastDueAt;
  }

  /** Recorded time of the request queued last, µs since the epoch; 0 before the first. */
  get plannedUntil(): Micros {
    return this.#plannedUntil;
  }

  /** Nothing more is planned, whatever the recording still holds. */
  stop(): void {
    this.#limitReached = true;
  }

  /**
   * Takes at most `steps` steps, each an exchange looked at or a send queued; stops when the queue is full or no page is there.
   * @throws BytecopyError as {@link RequestPreparer.prepare} and the recording do
   */
  plan(steps: number): void {
    this.#starved = false;
    for (let step = 0; step < steps && !this.#limitReached && !this.#deps.queue.full; step++) {
      if (this.#current !== undefined) this.#queueCopy(this.#current);
      else if (!this.#advance()) {
        this.#starved = true;
        return;
      }
    }
  }

  #queueCopy(current: Placed): void {
    const dueAt = this.#timing.dueAt(this.#copy);
    if (dueAt >= this.#durationMicros || this.#planned >= this.#maxSends) {
      this.stop();
      return;
    }
    const send: Send = newSend(current.request, this.#copy, dueAt);
    this.#deps.queue.offer(send);
    this.#planned++;
    this.#lastDueAt = dueAt;
    this.#plannedUntil = current.at;
    this.#copy++;
    if (this.#copy === current.copies) this.#current = undefined;
  }

  /** Looks at one more exchange; false when there is none for now. */
  #advance(): boolean {
    const exchange = this.#nextExchange();
    if (exchange === undefined) {
      const last = this.#ahead;
      this.#ahead = undefined;
      if (last !== undefined && this.#deps.pages.ended) this.#begin(last, undefined);
      else this.#ahead = last;
      return this.#current !== undefined;
    }
    const copies = this.#copies.next();
    if (copies === 0) return true;
    const prepared = this.#deps.preparer.prepare(exchange);
    if (prepared.kind === 'not-sent') {
      this.#deps.notSent(exchange, copies, prepared.reason);
      return true;
    }
    const at = requestTime(exchange);
    const placed: Placed = { request: prepared.request, at, copies, pass: this.#page?.pass ?? this.#pass };
    if (!this.#timing.looksAhead) {
      this.#begin(placed, undefined);
      return true;
    }
    const before = this.#ahead;
    this.#ahead = placed;
    if (before !== undefined) this.#begin(before, before.pass === placed.pass ? at : undefined);
    return true;
  }

  #begin(placed: Placed, nextAt: Micros | undefined): void {
    if (placed.pass !== this.#pass) {
      this.#pass = placed.pass;
      this.#timing.beginPass();
    }
    this.#timing.place(placed.at, placed.copies, nextAt);
    this.#current = placed;
    this.#copy = 0;
  }

  #nextExchange(): Exchange | undefined {
    while (this.#page === undefined || this.#place >= this.#page.exchanges.length) {
      this.#page = this.#deps.pages.take();
      this.#place = 0;
      if (this.#page === undefined) return undefined;
    }
    return this.#page.exchanges[this.#place++];
  }
}
