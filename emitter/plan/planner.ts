/**
 * Recording → planned sends, in slices: each call plans a few, so that planning never holds up sending.
 *
 *     pages ──▶ check ──▶ copies ──▶ due times ──▶ own shard? ──▶ build ──▶ queue (bounded)
 *                 └─▶ not sent, by reason             └─▶ another's: nothing is built
 *
 * Due times of the sends are µs after the run's start. Requests that are not sent take no place in a rate. All that is
 * decided here follows from options and recording alone, so that every shard decides the same.
 */
import type { Exchange, Micros, NotSentReason, PreparedRequest, Send } from '../../core/index.ts';
import type { CheckedReplayOptions } from '../options.ts';
import { timingOf } from './choose-timing.ts';
import { CopyCounter } from './copies.ts';
import type { Page, PageReader } from './page-reader.ts';
import { type Affinity, FREE_ORDER, NO_AFFINITY, newSend, type SessionPlace } from './send.ts';
import { SessionPlaces } from './session-places.ts';
import { checkShard, type ShardPlace, shardOf } from './shard.ts';
import { requestTime } from './time-order.ts';
import type { Timing } from './timing.ts';

/** Decides about exchanges and makes their requests. */
export interface Preparer {
  /** Why it cannot or may not be sent. @throws BytecopyError where the run has to end instead */
  check(exchange: Exchange): NotSentReason | undefined;
  /** Only of what passed the check; called once for all copies. */
  build(exchange: Exchange): PreparedRequest;
}

/** Where planned sends go. */
export interface SendSink {
  readonly full: boolean;
  /** Not called while it is full. */
  offer(send: Send): unknown;
}

export interface PlannerDeps {
  readonly pages: Pick<PageReader, 'take' | 'ended'>;
  readonly preparer: Preparer;
  readonly queue: SendSink;
  /** So many sends of the exchange are due and will not be sent. */
  readonly notSent: (exchange: Exchange, copies: number, reason: NotSentReason) => void;
  /** With whom its sends stay, where that matters. */
  readonly affinityOf?: ((exchange: Exchange) => Affinity) | undefined;
}

interface Refusal {
  readonly cause: unknown;
}

interface Placed {
  readonly exchange: Exchange;
  /** In an overlay as if its slice had been recorded with the first. */
  readonly at: Micros;
  readonly slice: number;
  readonly copies: number;
  readonly pass: number;
  /** What the check threw: it ends the run where a send of the exchange is due, and not where the plan ends before. */
  readonly refusal: Refusal | undefined;
  /** Built for the first copy that is this shard's. */
  request: PreparedRequest | undefined;
  affinity: Affinity;
}

export class Planner {
  readonly #deps: PlannerDeps;
  readonly #copies: CopyCounter;
  readonly #timing: Timing;
  readonly #sessions: SessionPlaces | undefined;
  readonly #shard: ShardPlace;
  readonly #maxSends: number;
  readonly #durationMicros: Micros;
  /** Passes without a single send that prove that none will come. */
  readonly #maxIdlePasses: number;
  #page: Page | undefined;
  #place = 0;
  /** The request whose copies are being planned, and the one behind it where timing looks ahead. */
  #current: Placed | undefined;
  #ahead: Placed | undefined;
  #copy = 0;
  #pass = -1;
  /** Sends of all shards, refused exchanges of all shards, sends of this one. */
  #ordinal = 0;
  #refused = 0;
  #planned = 0;
  #readPass = -1;
  #lastSendingPass = -1;
  /** Passes go by and nothing of them is sent. */
  #barren = false;
  #limitReached = false;
  #starved = false;
  #lastDueAt: Micros = 0;
  #plannedUntil: Micros = 0;

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) for options that do not go together */
  constructor(options: CheckedReplayOptions, deps: PlannerDeps) {
    const copies = options.by === 'copies' ? options.times : 1;
    this.#deps = deps;
    this.#copies = new CopyCounter(copies);
    this.#timing = timingOf(options);
    this.#sessions = options.session === undefined ? undefined : new SessionPlaces(options.session, options);
    this.#shard = checkShard(options.shard);
    this.#maxSends = options.count ?? Number.POSITIVE_INFINITY;
    this.#durationMicros = (options.durationMs ?? Number.POSITIVE_INFINITY) * 1000;
    this.#maxIdlePasses = Math.ceil(1 / copies);
  }

  /** Nothing will be queued any more: the recording is through, the plan's time is up, or a limit is reached. */
  get ended(): boolean {
    if (this.#limitReached) return true;
    return this.#current === undefined && this.#ahead === undefined && this.#sourceEnded;
  }

  /** The last call of `plan` stopped because no page was there. */
  get starved(): boolean {
    return this.#starved;
  }

  /** Sends queued so far: those of this shard. */
  get planned(): number {
    return this.#planned;
  }

  /** Due time of the send planned last, whichever shard's it is; µs after the start. */
  get lastDueAt(): Micros {
    return this.#lastDueAt;
  }

  /** Recorded time of the request planned last, µs since the epoch; 0 before the first. Of an overlay: within its first slice. */
  get plannedUntil(): Micros {
    return this.#plannedUntil;
  }

  /** Nothing more is planned, whatever the recording still holds. */
  stop(): void {
    this.#limitReached = true;
  }

  /**
   * Takes at most `steps` steps, each an exchange looked at or a send placed; stops when the queue is full or no page is there.
   * @throws BytecopyError as {@link Preparer.check} and the recording do
   */
  plan(steps: number): void {
    const { queue } = this.#deps;
    this.#starved = false;
    for (let step = 0; step < steps && !this.#limitReached && !queue.full; step++) {
      if (this.#current !== undefined) this.#placeCopy(this.#current);
      else if (!this.#advance()) {
        this.#starved = true;
        return;
      }
    }
  }

  #placeCopy(current: Placed): void {
    const dueAt = this.#timing.nextDue();
    if (!(dueAt < this.#durationMicros)) {
      this.stop();
      return;
    }
    if (current.refusal !== undefined) throw current.refusal.cause;
    const number = this.#copy++;
    // Slices have no copies, copies no slices.
    const copy = current.slice + number;
    const ordinal = this.#ordinal++;
    const session = this.#sessions?.ofCopy(copy) ?? FREE_ORDER;
    if (this.#owns(ordinal, session.session)) this.#queue(current, copy, dueAt, session);
    this.#lastDueAt = dueAt;
    this.#plannedUntil = current.at;
    if (number + 1 === current.copies) this.#current = undefined;
    if (this.#ordinal >= this.#maxSends) this.stop();
  }

  #owns(ordinal: number, session: string): boolean {
    const { index, count } = this.#shard;
    if (count === 1) return true;
    return (session === '' ? ordinal % count : shardOf(session, count)) === index;
  }

  #queue(current: Placed, copy: number, dueAt: Micros, session: SessionPlace): void {
    if (current.request === undefined) {
      current.request = this.#deps.preparer.build(current.exchange);
      current.affinity = this.#deps.affinityOf?.(current.exchange) ?? NO_AFFINITY;
    }
    this.#deps.queue.offer(newSend(current.request, copy, dueAt, session, current.affinity));
    this.#planned++;
  }

  /** Looks at one more exchange; false when there is none for now. */
  #advance(): boolean {
    const exchange = this.#nextExchange();
    if (exchange === undefined) {
      const last = this.#ahead;
      if (last === undefined || !this.#sourceEnded) return false;
      this.#ahead = undefined;
      this.#begin(last, undefined);
      return true;
    }
    const copies = this.#copies.next();
    if (copies === 0) return true;
    let reason: NotSentReason | undefined;
    let refusal: Refusal | undefined;
    try {
      reason = this.#deps.preparer.check(exchange);
    } catch (cause) {
      refusal = { cause };
    }
    if (reason !== undefined) {
      const isOwn = this.#refused++ % this.#shard.count === this.#shard.index;
      if (isOwn) this.#deps.notSent(exchange, copies, reason);
      return true;
    }
    this.#lastSendingPass = this.#readPass;
    const placed = this.#placedAs(exchange, copies, refusal);
    if (!this.#timing.looksAhead) {
      this.#begin(placed, undefined);
      return true;
    }
    const before = this.#ahead;
    this.#ahead = placed;
    if (before !== undefined) this.#begin(before, before.pass === placed.pass ? placed.at : undefined);
    return true;
  }

  #placedAs(exchange: Exchange, copies: number, refusal: Refusal | undefined): Placed {
    const overlay = this.#page?.overlay;
    const place = this.#place - 1;
    const at = overlay?.times[place] ?? requestTime(exchange);
    const slice = overlay?.slices[place] ?? 0;
    return { exchange, at, slice, copies, pass: this.#readPass, refusal, request: undefined, affinity: NO_AFFINITY };
  }

  #begin(placed: Placed, nextAt: Micros | undefined): void {
    if (placed.pass !== this.#pass) {
      this.#pass = placed.pass;
      this.#timing.beginPass();
    }
    this.#timing.place(placed.at, placed.copies, nextAt);
    this.#sessions?.place(placed.exchange, placed.slice);
    this.#current = placed;
    this.#copy = 0;
  }

  get #sourceEnded(): boolean {
    return this.#barren || (this.#page === undefined && this.#deps.pages.ended);
  }

  #nextExchange(): Exchange | undefined {
    while (this.#page === undefined || this.#place >= this.#page.exchanges.length) {
      if (this.#barren) return undefined;
      this.#page = this.#deps.pages.take();
      this.#place = 0;
      if (this.#page === undefined) return undefined;
      this.#readPass = this.#page.pass;
      this.#barren = this.#readPass - this.#lastSendingPass > this.#maxIdlePasses;
      if (this.#barren) this.#page = undefined;
    }
    return this.#page.exchanges[this.#place++];
  }
}
