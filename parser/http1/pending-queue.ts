/**
 * Requests whose final response has not begun, oldest first.
 *
 *   first ─▶ … ─▶ last        linked through `PendingExchange.later`
 *
 * A list and no array: nearly every request is put in and taken out alone, and an array takes memory anew each time.
 */
import type { RequestKind } from './body-framing.ts';
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

  /** Takes all out, oldest first. */
  takeAll(): PendingExchange[] {
    const all: PendingExchange[] = [];
    for (let taken = this.shift(); taken !== undefined; taken = this.shift()) all.push(taken);
    return all;
  }

  has(place: PendingExchange['place']): boolean {
    return this.count(place) > 0;
  }

  count(place: PendingExchange['place']): number {
    let count = 0;
    for (let at = this.#first; at !== undefined; at = at.later) if (at.place === place) count++;
    return count;
  }

  /** Fewest requests there can be, those of empty places included. */
  get leastCount(): number {
    let count = 0;
    for (let at = this.#first; at !== undefined; at = at.later) count += at.leastCount;
    return count;
  }

  remove(place: PendingExchange['place']): void {
    for (const pending of this.takeAll()) if (pending.place !== place) this.append(pending);
  }

  /** What all of them ask for, as far as a body goes; `plain` where they differ. */
  get commonKind(): RequestKind {
    const kind = this.#first?.kind ?? 'plain';
    for (let at = this.#first; at !== undefined; at = at.later) if (at.kind !== kind) return 'plain';
    return kind;
  }
}
