/**
 * Requests whose final response has not begun, oldest first.
 *
 *   first ─▶ … ─▶ last        linked through `PendingExchange.later`
 *
 * A list and no array: nearly every request is put in and taken out alone, and an array takes memory anew each time.
 */
import type { PendingExchange } from './pending-exchange.ts';

/** An exchange is in at most one queue, once. */
export class PendingQueue {
  #first: PendingExchange | undefined;
  #last: PendingExchange | undefined;
  #length = 0;

  get first(): PendingExchange | undefined {
    return this.#first;
  }

  get last(): PendingExchange | undefined {
    return this.#last;
  }

  get length(): number {
    return this.#length;
  }

  append(pending: PendingExchange): void {
    if (this.#last === undefined) this.#first = pending;
    else this.#last.later = pending;
    this.#last = pending;
    this.#length++;
  }

  /** Takes the oldest out. */
  shift(): PendingExchange | undefined {
    const taken = this.#first;
    if (taken === undefined) return undefined;
    this.#first = taken.later;
    if (this.#first === undefined) this.#last = undefined;
    taken.later = undefined;
    this.#length--;
    return taken;
  }

  clear(): void {
    while (this.shift() !== undefined);
  }
}
