/** Sends that wait until their users have moved: bounded, in order for each user, given back in the order they came. */
import type { ByteCount, Micros } from '../../core/index.ts';
import type { UnitChange } from './unit-change.ts';

/** At 5,000 sends a second of which a third moves, half a minute. */
const MAX_HELD = 65_536;
const MAX_HELD_BYTES: ByteCount = 64 * 1024 * 1024;

interface Held<S> {
  readonly send: S;
  readonly byteCount: ByteCount;
  readonly at: Micros;
  readonly order: number;
  /** For which it was held. */
  readonly change: UnitChange | undefined;
}

export class HeldSends<S> {
  readonly #users = new Map<string, Held<S>[]>();
  #length = 0;
  #byteCount: ByteCount = 0;
  #order = 0;

  get length(): number {
    return this.#length;
  }

  has(user: string): boolean {
    return this.#users.has(user);
  }

  /** @returns false where there is no room */
  hold(user: string, send: S, byteCount: ByteCount, at: Micros, change: UnitChange | undefined): boolean {
    if (this.#length >= MAX_HELD || this.#byteCount >= MAX_HELD_BYTES) {
      change?.refused();
      return false;
    }
    const sends = this.#users.get(user);
    const held = { send, byteCount, at, order: this.#order++, change };
    if (sends === undefined) this.#users.set(user, [held]);
    else sends.push(held);
    this.#length++;
    this.#byteCount += byteCount;
    change?.held(sends === undefined);
    return true;
  }

  /** All sends of a user. */
  release(user: string, now: Micros): readonly S[] {
    const sends = this.#users.get(user);
    if (sends === undefined) return [];
    this.#users.delete(user);
    return this.#given(sends, now);
  }

  /** All sends of the users who may go. */
  releaseAll(mayGo: (user: string) => boolean, now: Micros): readonly S[] {
    const given: Held<S>[] = [];
    for (const [user, sends] of this.#users) {
      if (!mayGo(user)) continue;
      this.#users.delete(user);
      for (const held of sends) given.push(held);
    }
    return this.#given(
      given.sort((one, other) => one.order - other.order),
      now,
    );
  }

  /** Everything, to be sent nowhere. */
  drain(): readonly S[] {
    const all = [...this.#users.values()].flat().sort((one, other) => one.order - other.order);
    this.#users.clear();
    this.#length = 0;
    this.#byteCount = 0;
    return all.map(({ send }) => send);
  }

  #given(sends: readonly Held<S>[], now: Micros): readonly S[] {
    this.#length -= sends.length;
    for (const { byteCount, at, change } of sends) {
      this.#byteCount -= byteCount;
      change?.released(now - at, now);
    }
    return sends.map(({ send }) => send);
  }
}
