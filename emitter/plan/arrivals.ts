/**
 * Where the sends stand on the integral of the rate: the send at place p is due where the integral reaches p.
 *
 *   even      0 1 2 3 …
 *   poisson   sums of gaps that are exponentially distributed with mean 1 (a Poisson process of rate 1, which the
 *             integral stretches to any rate: the time-rescaling theorem)
 */
import { RandomSource } from './random-source.ts';

export interface Arrivals {
  /** Place of the next send; never goes back. */
  next(): number;
}

export function arrivalsOf(kind: 'even' | 'poisson', seed: number): Arrivals {
  return kind === 'even' ? new EvenArrivals() : new PoissonArrivals(seed);
}

class EvenArrivals implements Arrivals {
  #next = 0;

  next(): number {
    return this.#next++;
  }
}

class PoissonArrivals implements Arrivals {
  readonly #random: RandomSource;
  #place = 0;

  constructor(seed: number) {
    this.#random = new RandomSource(seed);
  }

  next(): number {
    this.#place -= Math.log(1 - this.#random.next());
    return this.#place;
  }
}
