/**
 * What goes to one target: at once where its sender takes it; otherwise it waits here, bounded and in order.
 *
 *     admit ──▶ backlog ──▶ lateness gate ──▶ sender ──▶ outcome ──▶ dispatcher
 */
import type { ByteCount, FailureReason, Micros, Millis, Send, Sender, SendHandler } from '../../core/index.ts';
import type { LatenessOptions } from '../options.ts';
import { SendQueue } from '../send-queue.ts';
import { LatenessGate, TOO_LATE } from './lateness.ts';

/** At 10,000 sends a second this is over a second of a target that stands still for `maxWaitMs` 5 s. */
const MAX_BACKLOG = 65_536;
const MAX_BACKLOG_BYTES: ByteCount = 64 * 1024 * 1024;
/** As fast as possible, so many may wait for one target before the plan waits for it: what keeps the shares exact. */
const LOT = 64;
/** A target that needs longer for a lot is slow: the plan does not wait for it. */
const SLOW_LOT_MICROS: Micros = 1_000_000;

export interface LaneOptions {
  readonly lateness: LatenessOptions;
  /** Longest wait of a send that may go for a free connection. */
  readonly maxWaitMs: Millis;
}

/** Where a lane's sends come from and end. */
export interface LaneOwner {
  answered(lane: TargetLane, send: Send): void;
  failed(lane: TargetLane, send: Send, reason: FailureReason): void;
  /** It waited too long, or too many wait. */
  dropped(lane: TargetLane, send: Send): void;
  /** As fast as possible: the next send for this lane, because a connection is free for it; nothing otherwise. */
  take(lane: TargetLane, now: Micros): Send | undefined;
  /** Asks for a call of `pump` in the next turn. */
  wake(): void;
}

export class TargetLane implements SendHandler {
  /** `host:port`. */
  readonly target: string;
  /** What `Host` says to it. */
  readonly authority: string;
  readonly #owner: LaneOwner;
  readonly #maxWaitMicros: Micros;
  readonly #gate: LatenessGate;
  readonly #backlog = new SendQueue({ maxCount: MAX_BACKLOG, maxBytes: MAX_BACKLOG_BYTES });
  #sender: Sender | undefined;
  /** When the lot that is served now began to wait; undefined where fewer have waited since the one before. */
  #lotSince: Micros | undefined;
  #lotLeft = LOT;
  #stopped = false;

  constructor(target: string, authority: string, options: LaneOptions, owner: LaneOwner) {
    this.target = target;
    this.authority = authority;
    this.#owner = owner;
    this.#maxWaitMicros = options.maxWaitMs * 1000;
    this.#gate = new LatenessGate(options.lateness);
  }

  /** @param sender whose handler this is */
  open(sender: Sender): void {
    this.#sender = sender;
  }

  get sender(): Sender | undefined {
    return this.#sender;
  }

  /** Sends that wait for a connection. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** A lot waits, or more. */
  get isCrowded(): boolean {
    return this.#backlog.length >= LOT;
  }

  /** It is crowded, and its target has not taken a lot for too long. */
  isSlow(now: Micros): boolean {
    return this.isCrowded && this.#lotSince !== undefined && now - this.#lotSince > SLOW_LOT_MICROS;
  }

  /** Sends it, or lets it wait where it can. @returns false where it is to be dropped */
  admit(send: Send, now: Micros): boolean {
    if (this.#backlog.length === 0 && this.#gate.opensAt(send, now) <= now && this.#offer(send, now)) return true;
    if (!this.#backlog.offer(send)) return false;
    if (this.#backlog.length === 1) this.#owner.wake();
    if (this.#lotSince === undefined && this.isCrowded) {
      this.#lotSince = now;
      // Pumped again when it is slow: the plan may wait for it.
      this.#owner.wake();
    }
    return true;
  }

  /** It goes here: what depends on the target is settled. */
  claim(send: Send): void {
    send.target = this.target;
    const { forHost } = send.request;
    if (forHost !== undefined) send.request = forHost(this.authority);
  }

  /**
   * Hands over what may go now.
   * @returns when it is to be called next at the latest; undefined where only a connection or an answer will tell
   */
  pump(now: Micros): Micros | undefined {
    const gateAt = this.#drain(now);
    if (this.#backlog.length === 0 && !this.#stopped) this.#fill(now);
    const oldest = this.#backlog.peek();
    if (oldest === undefined) return gateAt;
    const expiresAt = oldest.readyAt + this.#maxWaitMicros + 1;
    const at = gateAt === undefined || expiresAt < gateAt ? expiresAt : gateAt;
    if (!this.isCrowded || this.#lotSince === undefined || this.isSlow(now)) return at;
    return Math.min(at, this.#lotSince + SLOW_LOT_MICROS + 1);
  }

  /** A connection is free: the oldest send that may go, or as fast as possible the next of the plan. */
  next(now: Micros): Send | undefined {
    const send = this.#backlog.peek();
    if (send === undefined) return this.#stopped ? undefined : this.#owner.take(this, now);
    const opensAt = this.#gate.opensAt(send, now);
    if (opensAt > now) {
      // Not yet, or too late: the next pump sees to it.
      this.#owner.wake();
      return undefined;
    }
    this.#backlog.shift();
    this.#served(now);
    this.#gate.passed(send, now);
    return send;
  }

  answered(send: Send): void {
    this.#owner.answered(this, send);
  }

  failed(send: Send, reason: FailureReason): void {
    this.#owner.failed(this, send, reason);
  }

  /** What waits, taken out: it goes elsewhere, or nowhere. */
  evacuate(): Send[] {
    const waiting: Send[] = [];
    for (let send = this.#backlog.shift(); send !== undefined; send = this.#backlog.shift()) waiting.push(send);
    return waiting;
  }

  /** Takes nothing of the plan any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** @returns when the oldest may go, where that is what it waits for */
  #drain(now: Micros): Micros | undefined {
    for (let send = this.#backlog.peek(); send !== undefined; send = this.#backlog.peek()) {
      const opensAt = this.#gate.opensAt(send, now);
      if (opensAt === TOO_LATE || now - send.readyAt > this.#maxWaitMicros) {
        this.#backlog.shift();
        this.#owner.dropped(this, send);
      } else if (opensAt > now) {
        return opensAt;
      } else if (this.#offer(send, now)) {
        this.#backlog.shift();
        this.#served(now);
      } else {
        this.#sender?.demand(this.#backlog.length);
        return undefined;
      }
    }
    return undefined;
  }

  /** As fast as possible: one send for each connection that is free. */
  #fill(now: Micros): void {
    for (let send = this.#owner.take(this, now); send !== undefined; send = this.#owner.take(this, now)) {
      if (this.#offer(send, now)) continue;
      this.#backlog.offer(send);
      this.#sender?.demand(1);
      return;
    }
  }

  /** One that waited goes. What is dropped or goes elsewhere says nothing for the target. */
  #served(now: Micros): void {
    if (--this.#lotLeft > 0 && this.#backlog.length > 0) return;
    this.#lotLeft = LOT;
    this.#lotSince = this.isCrowded ? now : undefined;
  }

  #offer(send: Send, now: Micros): boolean {
    if (this.#sender?.offer(send, now) !== true) return false;
    this.#gate.passed(send, now);
    return true;
  }
}
