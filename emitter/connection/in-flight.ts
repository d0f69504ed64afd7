/**
 * The sends of one connection that have no outcome yet, oldest first: one, or a few where requests are pipelined. The
 * arrays keep their length, so that nothing is allocated for a send.
 */
import type { Send } from '../../core/index.ts';

/** Awaits an answer that no id tells from others: it comes in its turn. Beyond all sequence ids. */
export const IN_TURN = 2 ** 32;
/** Awaits no answer. */
export const NO_ANSWER = 2 ** 32 + 1;

export class InFlight {
  readonly #sends: (Send | undefined)[];
  readonly #ids: number[];
  #count = 0;

  /** @param capacity most sends at the same time */
  constructor(capacity: number) {
    this.#sends = new Array<Send | undefined>(capacity).fill(undefined);
    this.#ids = new Array<number>(capacity).fill(0);
  }

  get count(): number {
    return this.#count;
  }

  get oldest(): Send | undefined {
    return this.#sends[0];
  }

  /** @param id signed 32 bits, {@link IN_TURN} or {@link NO_ANSWER} */
  add(send: Send, id: number): void {
    this.#sends[this.#count] = send;
    this.#ids[this.#count] = id;
    this.#count++;
  }

  /** @returns place of the oldest with this id, or -1 */
  placeOfId(id: number): number {
    for (let place = 0; place < this.#count; place++) if (this.#ids[place] === id) return place;
    return -1;
  }

  /** @returns -1 where it is not in flight any more */
  placeOf(send: Send): number {
    for (let place = 0; place < this.#count; place++) if (this.#sends[place] === send) return place;
    return -1;
  }

  idAt(place: number): number {
    return this.#ids[place] as number;
  }

  /** Takes one out. */
  remove(place: number): Send {
    const send = this.#sends[place] as Send;
    const last = --this.#count;
    for (let at = place; at < last; at++) {
      this.#sends[at] = this.#sends[at + 1];
      this.#ids[at] = this.#ids[at + 1] as number;
    }
    this.#sends[last] = undefined;
    return send;
  }

  /** Takes all out. */
  drain(): Send[] {
    const sends: Send[] = [];
    while (this.#count > 0) sends.push(this.remove(0));
    return sends;
  }
}
