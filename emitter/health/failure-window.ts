/**
 * Sends of the last so many ms and how many of them failed, in ten slots: what is told is that of nine to ten tenths of the
 * window. Counting one is a compare and two additions.
 */
import type { Micros } from '../../core/index.ts';

const SLOTS = 10;

export class FailureWindow {
  sent = 0;
  failed = 0;
  readonly #slotMicros: Micros;
  readonly #sent = new Float64Array(SLOTS);
  readonly #failed = new Float64Array(SLOTS);
  /** Counts slots since the clock's start. */
  #slot = 0;
  /** Where the slot ends. */
  #until: Micros = Number.NEGATIVE_INFINITY;

  constructor(windowMicros: Micros) {
    this.#slotMicros = windowMicros / SLOTS;
  }

  record(failed: boolean, now: Micros): void {
    if (now >= this.#until) this.#roll(now);
    const place = this.#slot % SLOTS;
    this.sent++;
    this.#sent[place] = (this.#sent[place] as number) + 1;
    if (!failed) return;
    this.failed++;
    this.#failed[place] = (this.#failed[place] as number) + 1;
  }

  clear(): void {
    this.#sent.fill(0);
    this.#failed.fill(0);
    this.sent = 0;
    this.failed = 0;
  }

  #roll(now: Micros): void {
    const slot = Math.floor(now / this.#slotMicros);
    for (let next = Math.max(this.#slot + 1, slot - SLOTS + 1); next <= slot; next++) {
      const place = next % SLOTS;
      this.sent -= this.#sent[place] as number;
      this.failed -= this.#failed[place] as number;
      this.#sent[place] = 0;
      this.#failed[place] = 0;
    }
    this.#slot = slot;
    this.#until = (slot + 1) * this.#slotMicros;
  }
}
