/**
 * Room for one object that nobody uses: what is needed while a message is read only is passed from flow to flow, and a
 * hundred thousand flows at rest hold none.
 */
export class Spare<T> {
  #free: T | undefined;

  /** @returns the object, which is the caller's from now on; undefined where there is none */
  take(): T | undefined {
    const free = this.#free;
    this.#free = undefined;
    return free;
  }

  /** @param one not used any longer by who had it */
  giveBack(one: T): void {
    this.#free = one;
  }
}
