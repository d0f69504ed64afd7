/**
 * The share of its weight that a returning target takes: from 10 % to all of it, in a straight line. It never falls, so that
 * keys that came back do not leave again; while a check is bad it stands.
 */
import type { Micros } from '../../core/index.ts';

const FIRST_SHARE = 0.1;

export class Ramp {
  readonly #micros: Micros;
  #from: Micros = 0;
  #heldAt: Micros | undefined;

  constructor(micros: Micros) {
    this.#micros = micros;
  }

  start(now: Micros): void {
    this.#from = now;
    this.#heldAt = undefined;
  }

  /** Stands until {@link goOn}. Idempotent. */
  hold(now: Micros): void {
    this.#heldAt ??= now;
  }

  /** Idempotent. */
  goOn(now: Micros): void {
    if (this.#heldAt === undefined) return;
    this.#from += now - this.#heldAt;
    this.#heldAt = undefined;
  }

  share(now: Micros): number {
    const passed = (this.#heldAt ?? now) - this.#from;
    if (passed >= this.#micros) return 1;
    return FIRST_SHARE + ((1 - FIRST_SHARE) * Math.max(0, passed)) / this.#micros;
  }
}
