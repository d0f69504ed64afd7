/** Waiting for a condition that others bring about, for so long and no longer. */
import type { Millis } from '../../core/index.ts';

export class WakeUp {
  #waiters: (() => void)[] = [];

  /** Resolves when the condition holds, or the time is over; it is looked at each time somebody {@link call}s. */
  async until(isMet: () => boolean, limitMs: Millis): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.call();
    }, limitMs);
    while (!isMet() && !isOver) {
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    }
    clearTimeout(timer);
  }

  call(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
