/**
 * Whose sends are under way, and at which unit. Users whose sends are at another unit than the map aimed at says are
 * leaving: they must not begin anywhere until their last send there has ended.
 */

interface UserSends {
  readonly unit: string;
  count: number;
  isLeaving: boolean;
}

export class UnderWay {
  readonly #users = new Map<string, UserSends>();
  #unitOf: (user: string) => string;
  #leaving = 0;

  constructor(unitOf: (user: string) => string) {
    this.#unitOf = unitOf;
  }

  /** Users with sends at a unit that is not theirs according to the map aimed at. */
  get leaving(): number {
    return this.#leaving;
  }

  /** From now on this map says where users belong. Looks at each user who has sends under way. */
  aim(unitOf: (user: string) => string): void {
    this.#unitOf = unitOf;
    this.#leaving = 0;
    for (const [user, sends] of this.#users) {
      sends.isLeaving = sends.unit !== unitOf(user);
      if (sends.isLeaving) this.#leaving++;
    }
  }

  unitAt(user: string): string | undefined {
    return this.#users.get(user)?.unit;
  }

  /** @returns false where sends of the user are under way to another unit */
  began(user: string, unit: string): boolean {
    const sends = this.#users.get(user);
    if (sends === undefined) {
      const isLeaving = unit !== this.#unitOf(user);
      if (isLeaving) this.#leaving++;
      this.#users.set(user, { unit, count: 1, isLeaving });
      return true;
    }
    sends.count++;
    return sends.unit === unit;
  }

  /** @returns whether the user was leaving and has left: nothing of theirs is under way any more */
  ended(user: string): boolean {
    const sends = this.#users.get(user);
    if (sends === undefined || --sends.count > 0) return false;
    this.#users.delete(user);
    if (sends.isLeaving) this.#leaving--;
    return sends.isLeaving;
  }
}
