/** Holds work to a rate, without making up for time in which nothing was asked. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #pause: (millis: number) => Promise<void>;
  readonly #nowMs: () => number;
  #dueMs = 0;

  /** @param perSecond no limit where undefined */
  constructor(
    perSecond: number | undefined,
    pause: (millis: number) => Promise<void>,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#perSecond = perSecond ?? Number.POSITIVE_INFINITY;
    this.#pause = pause;
    this.#nowMs = nowMs;
  }

  /** To be called before so many are taken. */
  async take(count: number): Promise<void> {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#nowMs();
    const waitMs = this.#dueMs - nowMs;
    this.#dueMs = Math.max(this.#dueMs, nowMs) + (count / this.#perSecond) * 1000;
    if (waitMs > 0) await this.#pause(waitMs);
  }
}
