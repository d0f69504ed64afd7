/**
 * When each session had its last outcome, for the pause that its client makes behind it.
 *
 * Two generations of sessions are kept: when the younger is full it becomes the older, and what was the older is
 * forgotten. The last {@link MAX_SESSIONS} are always known, twice as many at most.
 */
import type { Micros } from '../../core/index.ts';

export const MAX_SESSIONS = 65_536;

export class LastOutcomes {
  #younger = new Map<string, Micros>();
  #older = new Map<string, Micros>();

  note(session: string, at: Micros): void {
    if (this.#younger.size >= MAX_SESSIONS && !this.#younger.has(session)) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(session, at);
  }

  /** @returns before all times where there was none, or it is forgotten */
  of(session: string): Micros {
    return this.#younger.get(session) ?? this.#older.get(session) ?? Number.NEGATIVE_INFINITY;
  }
}
