/**
 * Keeps the order within each session while sessions run beside each other: a send waits until the one before it in its
 * session has its outcome, and for the pause that its client made there.
 *
 *     session a   send 1 ──▶ answer ── think ──▶ send 2 ──▶ …       ready = max(due, answer before it + think)
 *     session b        send 1 ──▶ answer ──▶ send 2
 */
import type { ByteCount, Micros, Send } from '../../core/index.ts';
import { LastOutcomes } from './last-outcomes.ts';

/** Sends that may wait for their sessions, all sessions together. */
const MAX_HELD = 65_536;
const MAX_HELD_BYTES: ByteCount = 64 * 1024 * 1024;

/** First in, first out; what was taken is given up in lots, because a session may be tens of thousands behind. */
interface Waiting {
  sends: Send[];
  taken: number;
}

const GIVE_UP_AT = 64;

export class SessionOrder {
  /** Sessions that have a send under way, with what waits behind it. */
  readonly #open = new Map<string, Waiting>();
  /** Of sessions that have none under way. */
  readonly #last = new LastOutcomes();
  #held = 0;
  #heldBytes = 0;

  /** Sends that wait for their session. */
  get held(): number {
    return this.#held;
  }

  get full(): boolean {
    return this.#held >= MAX_HELD || this.#heldBytes >= MAX_HELD_BYTES;
  }

  /**
   * Takes the send's turn, with the time when it is ready in `readyAt` where it has to pause.
   * @returns true where it may go then, false where it is held until {@link settled} gives it
   */
  enter(send: Send): boolean {
    const behind = this.#open.get(send.session);
    if (behind === undefined) {
      this.#open.set(send.session, { sends: [], taken: 0 });
      if (send.thinkMicros > 0) send.readyAt = Math.max(send.dueAt, this.#last.of(send.session) + send.thinkMicros);
      return true;
    }
    behind.sends.push(send);
    this.#held++;
    this.#heldBytes += send.request.byteCount;
    return false;
  }

  /**
   * The send has its outcome.
   * @returns the next of its session, with the time when it is ready in `readyAt`
   */
  settled(send: Send, now: Micros): Send | undefined {
    const behind = this.#open.get(send.session);
    const next = behind?.sends[behind.taken];
    if (behind === undefined || next === undefined) {
      this.#open.delete(send.session);
      this.#last.note(send.session, now);
      return undefined;
    }
    behind.taken++;
    if (behind.taken >= GIVE_UP_AT && behind.taken * 2 >= behind.sends.length) {
      behind.sends = behind.sends.slice(behind.taken);
      behind.taken = 0;
    }
    this.#held--;
    this.#heldBytes -= next.request.byteCount;
    next.readyAt = Math.max(next.dueAt, now + next.thinkMicros);
    return next;
  }

  /** Everything that is held, taken out. */
  drain(): Send[] {
    const held = [...this.#open.values()].flatMap(({ sends, taken }) => sends.slice(taken));
    this.#open.clear();
    this.#held = 0;
    this.#heldBytes = 0;
    return held;
  }
}
