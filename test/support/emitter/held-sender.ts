/** A sender without a network: takes as many sends as it has places, and ends each when a test says so. */
import type { FailureReason, Micros, Send, Sender, SendHandler } from '../../../core/index.ts';

export class HeldSender implements Sender {
  readonly target = 'held:1';
  readonly verbatim = true;
  /** What it holds, in the order in which it came. */
  readonly sends: Send[] = [];
  /** Every send it ever took, with the time. */
  readonly taken: { readonly send: Send; readonly at: Micros }[] = [];
  demanded = 0;
  #places: number;
  readonly #handler: SendHandler;

  constructor(places: number, handler: SendHandler) {
    this.#places = places;
    this.#handler = handler;
  }

  /** Has so many places from now on; what it holds beyond them stays. */
  setPlaces(places: number, now: Micros): void {
    this.#places = places;
    while (this.sends.length < this.#places) {
      const held = this.sends.length;
      this.#serve(now);
      if (this.sends.length === held) return;
    }
  }

  warm(): Promise<void> {
    return Promise.resolve();
  }

  offer(send: Send, now: Micros): boolean {
    if (this.sends.length >= this.#places) return false;
    this.#take(send, now);
    return true;
  }

  demand(count: number): void {
    this.demanded = count;
  }

  /** Answers the send taken first, or the one given; its place goes to the next. */
  answer(now: Micros, send = this.sends[0]): void {
    this.#end(send, (ended) => {
      ended.lastByteAt = now;
      ended.status = 200;
      ended.answer = '200';
      this.#handler.answered(ended);
    });
    this.#serve(now);
  }

  fail(now: Micros, reason: FailureReason, send = this.sends[0]): void {
    this.#end(send, (ended) => this.#handler.failed(ended, reason));
    this.#serve(now);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  statistics() {
    return {
      open: this.#places,
      peak: this.#places,
      opened: this.#places,
      failedToOpen: 0,
      closedByPeer: 0,
      closedIdle: 0,
      retried: 0,
      inFlight: this.sends.length,
    };
  }

  #end(send: Send | undefined, tell: (send: Send) => void): void {
    if (send === undefined) throw new Error('nothing is in flight');
    this.sends.splice(this.sends.indexOf(send), 1);
    tell(send);
  }

  #serve(now: Micros): void {
    if (this.sends.length >= this.#places) return;
    const send = this.#handler.next(now);
    if (send !== undefined) this.#take(send, now);
  }

  #take(send: Send, now: Micros): void {
    send.sentAt = now;
    send.attempts++;
    this.sends.push(send);
    this.taken.push({ send, at: now });
  }
}
