/** How often each request goes: whole copies of all, and the fraction spread over them. */
export class CopyCounter {
  readonly #times: number;
  #seen = 0;

  /** @param times copies a request, more than 0; 3.5 is three of each and a fourth of every second one */
  constructor(times: number) {
    this.#times = times;
  }

  /** Copies of the next request; after n calls their sum is ⌊n × times⌋. */
  next(): number {
    const before = Math.floor(this.#seen * this.#times);
    this.#seen++;
    return Math.floor(this.#seen * this.#times) - before;
  }
}
