/**
 * Turns by weight: smooth weighted round robin, as nginx has it (Igor Sysoev, 2012).
 *
 *     each turn: every member gets its weight; who has most has the turn, and pays the sum of all weights
 *
 * What a member has, divided by the sum, is how many turns it is owed: the sum over all is 0, and each is near it. Where
 * weights change, what is owed stays, in turns; what those that leave were owed is spread over the others by weight, and
 * who comes is owed nothing. So no change makes a burst. Cost: one pass over the members a turn.
 */
export class Rotation<Member> {
  #members: readonly Member[] = [];
  #weights: readonly number[] = [];
  #credits: number[] = [];
  #sum = 0;

  /** Who has turns from now on. @param weights one a member, each above 0 */
  set(members: readonly Member[], weights: readonly number[]): void {
    const owed = new Map(this.#members.map((member, at) => [member, (this.#credits[at] ?? 0) / this.#sum]));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const kept = members.map((member) => owed.get(member) ?? 0);
    const rest = kept.reduce((total, turns) => total + turns, 0);
    this.#credits = kept.map((turns, at) => turns * sum - rest * (weights[at] ?? 0));
    this.#members = members;
    this.#weights = weights;
    this.#sum = sum;
  }

  /** Whose turn it is among those that are not passed over: the others have no turn and are owed none. @returns undefined where all are */
  nextPast(isPassed: (member: Member) => boolean): Member | undefined {
    const credits = this.#credits;
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const [at, weight] of this.#weights.entries()) {
      if (isPassed(this.#members[at] as Member)) continue;
      sum += weight;
      const credit = (credits[at] as number) + weight;
      credits[at] = credit;
      if (credit <= most) continue;
      most = credit;
      best = at;
    }
    if (best === -1) return undefined;
    credits[best] = most - sum;
    return this.#members[best];
  }

  /** @returns whose turn it is; undefined where nobody is */
  next(): Member | undefined {
    const weights = this.#weights;
    const credits = this.#credits;
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < weights.length; at++) {
      const credit = (credits[at] as number) + (weights[at] as number);
      credits[at] = credit;
      if (credit > most) {
        most = credit;
        best = at;
      }
    }
    if (best === -1) return undefined;
    credits[best] = most - this.#sum;
    return this.#members[best];
  }
}
