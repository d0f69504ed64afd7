/** Exchanges by outcome, as the facts `exchanges:…` of the ledger count them. */
import type { Exchange } from '../../core/index.ts';

export interface OutcomeReport {
  readonly paired: number;
  /** Of those paired or oneway, with a side that is not whole. */
  readonly broken: number;
  readonly oneway: number;
  readonly requestOnly: number;
  readonly responseOnly: number;
  readonly session: number;
  /** Those that are whole: paired and oneway without the broken ones. */
  readonly complete: number;
}

export class OutcomeCounts {
  #paired = 0;
  #broken = 0;
  #oneway = 0;
  #requestOnly = 0;
  #responseOnly = 0;
  #session = 0;

  add({ outcome, reason }: Exchange): void {
    switch (outcome) {
      case 'paired':
        this.#paired++;
        if (reason !== '') this.#broken++;
        break;
      case 'oneway':
        this.#oneway++;
        if (reason !== '') this.#broken++;
        break;
      case 'request-only':
        this.#requestOnly++;
        break;
      case 'response-only':
        this.#responseOnly++;
        break;
      case 'session':
        this.#session++;
        break;
      default:
        outcome satisfies never;
    }
  }

  addAll(other: OutcomeCounts): void {
    this.#paired += other.#paired;
    this.#broken += other.#broken;
    this.#oneway += other.#oneway;
    this.#requestOnly += other.#requestOnly;
    this.#responseOnly += other.#responseOnly;
    this.#session += other.#session;
  }

  /** Every exchange is whole; sessions do not count. */
  get whole(): boolean {
    return this.#broken + this.#requestOnly + this.#responseOnly === 0;
  }

  report(): OutcomeReport {
    return {
      paired: this.#paired,
      broken: this.#broken,
      oneway: this.#oneway,
      requestOnly: this.#requestOnly,
      responseOnly: this.#responseOnly,
      session: this.#session,
      complete: this.#paired - this.#broken + this.#oneway,
    };
  }
}
