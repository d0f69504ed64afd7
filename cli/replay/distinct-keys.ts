/** How many different keys there are, exactly up to a bound. */

const MAX_KEYS = 100_000;

export interface DistinctCount {
  readonly count: number;
  /** There are more than these. */
  readonly more: boolean;
}

export class DistinctKeys {
  readonly #keys = new Set<string>();
  #more = false;

  /** The empty key counts for nothing. */
  add(key: string): void {
    if (key === '' || this.#more) return;
    if (this.#keys.size < MAX_KEYS) this.#keys.add(key);
    else if (!this.#keys.has(key)) this.#more = true;
  }

  count(): DistinctCount {
    return { count: this.#keys.size, more: this.#more };
  }
}
