/**
 * When which target is checked: each every interval, at a place of its own within it, so that the checks of many targets are
 * spread evenly.
 *
 *     0          interval
 *     a   b   c  │a   b   c       three of them from the beginning
 *     a d b   c  │a d b   c       what comes later takes the middle of the widest gap
 *
 * Pure. Turns that were missed (the process was held up) are left out; none comes twice.
 */
import type { Micros } from '../../core/index.ts';

interface Turn {
  /** Within the interval. */
  readonly place: Micros;
  at: Micros;
}

export class CheckSchedule {
  readonly #interval: Micros;
  readonly #start: Micros;
  readonly #turns = new Map<string, Turn>();

  /** @param ids those that are there from the beginning, in the order of their turns; the first is due at once */
  constructor(interval: Micros, ids: readonly string[], now: Micros) {
    this.#interval = interval;
    this.#start = now;
    for (const [index, id] of ids.entries()) {
      const place = Math.round((interval * index) / ids.length);
      this.#turns.set(id, { place, at: now + place });
    }
  }

  /** When the next one is due; undefined where there is none. */
  get nextAt(): Micros | undefined {
    let next: Micros | undefined;
    for (const { at } of this.#turns.values()) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Idempotent. */
  add(id: string, now: Micros): void {
    if (this.#turns.has(id)) return;
    const place = this.#widestGap();
    this.#turns.set(id, { place, at: this.#nextTurn(place, now - 1) });
  }

  /** Idempotent. */
  remove(id: string): void {
    this.#turns.delete(id);
  }

  /** Those whose turn has come; their next ones are after now. */
  take(now: Micros): readonly string[] {
    const due: string[] = [];
    for (const [id, turn] of this.#turns) {
      if (turn.at > now) continue;
      due.push(id);
      turn.at = this.#nextTurn(turn.place, now);
    }
    return due;
  }

  /** The first one after that moment. */
  #nextTurn(place: Micros, after: Micros): Micros {
    const first = this.#start + place;
    const passed = Math.floor((after - first) / this.#interval) + 1;
    return first + Math.max(0, passed) * this.#interval;
  }

  #widestGap(): Micros {
    const places = [...this.#turns.values()].map(({ place }) => place).sort((a, b) => a - b);
    let widest = 0;
    let middle = 0;
    for (const [index, place] of places.entries()) {
      const next = places[index + 1] ?? (places[0] as number) + this.#interval;
      if (next - place <= widest) continue;
      widest = next - place;
      middle = Math.round(place + widest / 2) % this.#interval;
    }
    return middle;
  }
}
