/**
 * How long a target stays out, and how many good checks bring it back.
 *
 *     time out   returnAfter × backOff^(n - 1)      the n-th time out within `forgetAfter`, at most maxReturnAfter
 *     proof      rise × backOff^(n - 1)             at least {@link STEADY_CHECKS} where it went out while it was returning
 *                × backOff                          for each bad check behind a good one of the proof
 *                                                   at most as many checks as fit into maxReturnAfter
 *
 * A dead target gives bad checks, a well one good ones: both at once is the sign of one that flaps, and asks for more. A coin
 * that is thrown once a second shows its side thirty times in a row once in 68 years.
 */
import type { Micros } from '../../core/index.ts';
import type { HealthOptions } from './options.ts';

/** Good checks in a row that say that a target is well, and not lucky. */
export const STEADY_CHECKS = 30;
/** Times out that are remembered: the tenth already has the longest time out by default. */
const MAX_OUTS = 32;

export class BackOff {
  readonly #options: HealthOptions;
  readonly #mostChecks: number;
  #outs: Micros[] = [];
  #outMicros: Micros = 0;
  #proof = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
    const { maxReturnAfterMs, intervalMs, rise } = options;
    this.#mostChecks = Math.max(rise, Math.floor(maxReturnAfterMs / intervalMs));
  }

  /** Time out, this time. */
  get outMicros(): Micros {
    return this.#outMicros;
  }

  /** Good checks in a row that are asked for, behind the time out. */
  get proof(): number {
    return this.#proof;
  }

  /** @param relapsed it was only just returning */
  wentOut(relapsed: boolean, now: Micros): void {
    const { returnAfterMs, backOff, forgetAfterMs, maxReturnAfterMs, rise } = this.#options;
    this.#outs = this.#outs.filter((at) => now - at < forgetAfterMs * 1_000).slice(1 - MAX_OUTS);
    const growth = backOff ** this.#outs.length;
    this.#outs.push(now);
    this.#outMicros = Math.min(maxReturnAfterMs, returnAfterMs * growth) * 1_000;
    this.#proof = this.#bounded(Math.max(relapsed ? STEADY_CHECKS : 0, rise * growth));
  }

  /** A bad check came behind a good one. */
  proofBroke(): void {
    this.#proof = this.#bounded(this.#proof * this.#options.backOff);
  }

  #bounded(checks: number): number {
    return Math.min(Math.ceil(checks), this.#mostChecks);
  }
}
