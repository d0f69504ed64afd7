/**
 * What was learnt, by session. Bounded: a session keeps its newest values, and the sessions that were not asked for the
 * longest go first.
 */
import type { LearntValue } from './learnt-value.ts';

export interface SessionLimits {
  readonly maxSessions: number;
  readonly maxValuesPerSession: number;
  /** Of all texts, keys included, in characters. */
  readonly maxChars: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  maxSessions: 200_000,
  maxValuesPerSession: 64,
  maxChars: 64 * 1024 * 1024,
};

export class SessionValues {
  readonly #limits: SessionLimits;
  /** The one asked for last is the last. */
  readonly #sessions = new Map<string, LearntValue[]>();
  #newest = '';
  #chars = 0;
  #sessionsDropped = 0;
  #valuesDropped = 0;

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  get held(): number {
    return this.#sessions.size;
  }

  get sessionsDropped(): number {
    return this.#sessionsDropped;
  }

  /** Of sessions that are still held. */
  get valuesDropped(): number {
    return this.#valuesDropped;
  }

  /** @returns undefined where nothing was learnt; valid until the next call of {@link learn} */
  of(session: string): readonly LearntValue[] | undefined {
    const values = this.#sessions.get(session);
    if (values === undefined || session === this.#newest) return values;
    this.#sessions.delete(session);
    this.#sessions.set(session, values);
    this.#newest = session;
    return values;
  }

  /** Takes the place of what the same rule learnt for the same recorded value. */
  learn(session: string, value: LearntValue): void {
    if (this.of(session) === undefined) {
      this.#sessions.set(session, []);
      this.#newest = session;
      this.#chars += session.length;
    }
    const values = this.#sessions.get(session) as LearntValue[];
    const old = values.findIndex(({ rule, recorded }) => rule === value.rule && recorded === value.recorded);
    if (old >= 0) this.#forget(values.splice(old, 1));
    else if (values.length >= this.#limits.maxValuesPerSession) {
      this.#forget(values.splice(0, 1));
      this.#valuesDropped++;
    }
    values.push(value);
    this.#chars += charsOf(value);
    this.#makeRoom();
  }

  #makeRoom(): void {
    while (this.#sessions.size > this.#limits.maxSessions || this.#chars > this.#limits.maxChars) {
      const [oldest] = this.#sessions;
      if (oldest === undefined) return;
      const [session, values] = oldest;
      this.#sessions.delete(session);
      if (session === this.#newest) this.#newest = '';
      this.#chars -= session.length;
      this.#forget(values);
      this.#sessionsDropped++;
    }
  }

  #forget(values: readonly LearntValue[]): void {
    for (const value of values) this.#chars -= charsOf(value);
  }
}

function charsOf({ recorded, replacement, probe }: LearntValue): number {
  return recorded.length + replacement.length + probe.length;
}
