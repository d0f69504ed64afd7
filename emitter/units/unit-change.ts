/** One change of ranges and overrides: what became of it, and what it held. */
import type { Micros } from '../../core/index.ts';

export type UnitChangeState = 'prepared' | 'committed' | 'aborted';

export interface UnitChangeReport {
  readonly version: number;
  readonly state: UnitChangeState;
  readonly preparedAt: Micros;
  /** When it was committed or aborted. */
  readonly decidedAt: Micros | undefined;
  /** Users of whom sends were held; one who was held again counts again. */
  readonly users: number;
  readonly held: number;
  readonly released: number;
  /** Not held, because there was no room. */
  readonly refused: number;
  readonly longestHoldMicros: Micros;
  /** From the decision to the last release. */
  readonly releasedAfterMicros: Micros;
}

export class UnitChange {
  readonly #version: number;
  readonly #preparedAt: Micros;
  #state: UnitChangeState = 'prepared';
  #decidedAt: Micros | undefined;
  #users = 0;
  #held = 0;
  #released = 0;
  #refused = 0;
  #longestHoldMicros: Micros = 0;
  #releasedAfterMicros: Micros = 0;

  constructor(version: number, preparedAt: Micros) {
    this.#version = version;
    this.#preparedAt = preparedAt;
  }

  decided(state: 'committed' | 'aborted', now: Micros): void {
    this.#state = state;
    this.#decidedAt = now;
  }

  held(isFirstOfUser: boolean): void {
    this.#held++;
    if (isFirstOfUser) this.#users++;
  }

  refused(): void {
    this.#refused++;
  }

  released(holdMicros: Micros, now: Micros): void {
    this.#released++;
    this.#longestHoldMicros = Math.max(this.#longestHoldMicros, holdMicros);
    if (this.#decidedAt !== undefined)
      this.#releasedAfterMicros = Math.max(this.#releasedAfterMicros, now - this.#decidedAt);
  }

  report(): UnitChangeReport {
    return {
      version: this.#version,
      state: this.#state,
      preparedAt: this.#preparedAt,
      decidedAt: this.#decidedAt,
      users: this.#users,
      held: this.#held,
      released: this.#released,
      refused: this.#refused,
      longestHoldMicros: this.#longestHoldMicros,
      releasedAfterMicros: this.#releasedAfterMicros,
    };
  }
}

/** Of two emitters that got the same changes: the same version for the n-th time is the same change. */
export function mergeUnitChanges(
  one: readonly UnitChangeReport[],
  other: readonly UnitChangeReport[],
): readonly UnitChangeReport[] {
  const rest = [...other];
  const merged = one.map((change) => {
    const at = rest.findIndex(({ version }) => version === change.version);
    const [same] = at < 0 ? [] : rest.splice(at, 1);
    return same === undefined ? change : mergedChange(change, same);
  });
  return [...merged, ...rest].sort((first, second) => first.preparedAt - second.preparedAt);
}

/** What one of them decided last tells what became of it. */
function mergedChange(one: UnitChangeReport, other: UnitChangeReport): UnitChangeReport {
  const last = (other.decidedAt ?? 0) > (one.decidedAt ?? 0) ? other : one;
  return {
    version: one.version,
    state: last.state,
    preparedAt: Math.min(one.preparedAt, other.preparedAt),
    decidedAt: last.decidedAt,
    users: one.users + other.users,
    held: one.held + other.held,
    released: one.released + other.released,
    refused: one.refused + other.refused,
    longestHoldMicros: Math.max(one.longestHoldMicros, other.longestHoldMicros),
    releasedAfterMicros: Math.max(one.releasedAfterMicros, other.releasedAfterMicros),
  };
}
