/**
 * When connections may be opened.
 *
 *     working    as many at once as are asked for; each that fails decides for one waiting send
 *     failing    one at a time, {@link PAUSE_MS} after the last; it decides for all sends that waited when it began
 *
 * The first that fails makes it failing, the first that opens working again. So a target that refuses costs a hundred
 * attempts a second however many sends are due, each send has its outcome within the pause and one attempt, and a target
 * that is back is found within the pause.
 */
import type { Millis } from '../../core/index.ts';

export const PAUSE_MS: Millis = 10;

export class OpeningGate {
  readonly #reopened: () => void;
  #failing = false;
  #pause: NodeJS.Timeout | undefined;
  #waitedAtStart = 1;

  /** @param reopened called when a pause has ended */
  constructor(reopened: () => void) {
    this.#reopened = reopened;
  }

  /** @param opening how many are being opened */
  allows(opening: number): boolean {
    return !this.#failing || (opening === 0 && this.#pause === undefined);
  }

  /** @param waiting sends that wait for it and others */
  started(waiting: number): void {
    this.#waitedAtStart = this.#failing ? waiting : 1;
  }

  opened(): void {
    this.#failing = false;
  }

  /** @returns for how many waiting sends this decides */
  failed(): number {
    this.#failing = true;
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#reopened();
    }, PAUSE_MS);
    const decides = this.#waitedAtStart;
    this.#waitedAtStart = 1;
    return decides;
  }

  stop(): void {
    clearTimeout(this.#pause);
  }
}
