/**
 * Exchanges that are refused while sends are planned ahead, until their turn in the plan has come.
 *
 *     planned    s1 s2 ✗ s3 s4 ✗ s5
 *     taken      s1 s2 │              the first ✗ counts now; the second is no part of a run that is stopped here
 */
import type { Exchange, NotSentReason } from '../core/index.ts';

export interface Refusal {
  readonly exchange: Pick<Exchange, 'id' | 'operation'>;
  readonly copies: number;
  readonly reason: NotSentReason;
}

interface Waiting extends Refusal {
  /** Sends that go before it. */
  readonly behind: number;
}

/** Most that wait, about 10 MB: beyond, the oldest count before their turn. */
const MAX_WAITING = 65_536;

export class RefusalQueue {
  readonly #count: (refusal: Refusal) => void;
  #waiting: Waiting[] = [];
  #head = 0;
  #taken = 0;

  /** @param count called once a refusal, when its turn has come */
  constructor(count: (refusal: Refusal) => void) {
    this.#count = count;
  }

  /** @param behind sends planned before it, of which some may have been taken */
  refuse({ exchange: { id, operation }, copies, reason }: Refusal, behind: number): void {
    const refusal: Waiting = { exchange: { id, operation }, copies, reason, behind };
    if (behind <= this.#taken) {
      this.#count(refusal);
      return;
    }
    this.#waiting.push(refusal);
    if (this.#waiting.length - this.#head > MAX_WAITING) this.#countFirst();
  }

  /** One more send was taken from the plan. */
  taken(): void {
    this.#taken++;
    for (let first = this.#waiting[this.#head]; first !== undefined; first = this.#waiting[this.#head]) {
      if (first.behind > this.#taken) return;
      this.#countFirst();
    }
  }

  /** What waits is no part of the run. */
  clear(): void {
    this.#waiting = [];
    this.#head = 0;
  }

  #countFirst(): void {
    const first = this.#waiting[this.#head++];
    if (first !== undefined) this.#count(first);
    if (this.#head * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
  }
}
