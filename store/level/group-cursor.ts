/**
 * Cursors over groups, in the order of slices, either way; they combine as the query's conditions do.
 *
 *   term    the entries of one prefix, read a page at a time (`term-cursor.ts`)
 *   both    groups that all cursors have and name something of: leapfrog, the one of the least weight leads and the
 *           others seek its groups
 *   either  groups that any cursor has, merged
 *   except  groups of one
 *
 * A cursor moves without waiting as long as it can: `reach` answers false where pages are missing, `fetch` reads them,
 * and `reach` is asked the same again. What a cursor names of its group `keep` says, in memory. Everything that is
 * known of a block is in one group, so the conditions of a query hold or not group by group. Memory: a page a term.
 */
import { GroupPositions } from './block-positions.ts';
import { blocksOf } from './checked-entry.ts';

export interface GroupCursor {
  /** Slice and name of the group; undefined before the first and behind the last one. */
  readonly current: Uint8Array | undefined;
  /**
   * Moves to the first group at the bound or beyond it, strictly beyond where `isBehind`; never back.
   *
   * @param bound slice and name of a group; undefined for the first group
   * @returns false where {@link fetch} is needed before
   */
  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean;
  fetch(): Promise<void>;
  /** Leaves of the positions those that the conditions name in the current group, maybe none. */
  keep(left: GroupPositions): void;
  /** What a slice costs, judged by its first page: its bytes and its entries; 0 where that page was all. */
  readonly weight: number;
  close(): Promise<void>;
}

export class BothCursor implements GroupCursor {
  current: Uint8Array | undefined;
  readonly #parts: GroupCursor[];
  readonly #named = new GroupPositions();
  #pending: GroupCursor[] = [];
  #isOrdered = false;

  constructor(parts: readonly GroupCursor[]) {
    this.#parts = [...parts];
  }

  get weight(): number {
    return Math.min(...this.#parts.map(({ weight }) => weight));
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    const { current } = this;
    this.current = undefined;
    if (!this.#isOrdered && !this.#order(bound, isBehind)) return false;
    const parts = this.#parts;
    const lead = parts[0] as GroupCursor;
    let [leadBound, leadBehind] = [bound, isBehind];
    for (;;) {
      if (!lead.reach(leadBound, leadBehind)) return this.#waitFor(lead);
      const at = lead.current;
      if (at === undefined) return true;
      if (at === current) {
        this.current = current;
        return true;
      }
      this.#named.fill(blocksOf(at));
      lead.keep(this.#named);
      leadBound = at;
      leadBehind = true;
      let isNamed = !this.#named.isEmpty;
      // The others are not asked about a group of which nothing is left.
      for (let i = 1; i < parts.length && isNamed; i++) {
        const other = parts[i] as GroupCursor;
        if (!other.reach(at, false)) return this.#waitFor(other);
        if (other.current === undefined) return true;
        if (Buffer.compare(other.current, at) !== 0) {
          leadBound = other.current;
          leadBehind = false;
          isNamed = false;
        } else {
          other.keep(this.#named);
          isNamed = !this.#named.isEmpty;
        }
      }
      if (isNamed) {
        this.current = at;
        return true;
      }
    }
  }

  keep(left: GroupPositions): void {
    left.keepAll(this.#named);
  }

  async fetch(): Promise<void> {
    await fetchAll(this.#pending);
  }

  async close(): Promise<void> {
    for (const part of this.#parts) await part.close();
  }

  /** The one of the least weight leads. */
  #order(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    this.#pending = this.#parts.filter((part) => !part.reach(bound, isBehind));
    if (this.#pending.length > 0) return false;
    this.#parts.sort((one, other) => one.weight - other.weight);
    this.#isOrdered = true;
    return true;
  }

  #waitFor(part: GroupCursor): false {
    this.#pending = [part];
    return false;
  }
}

export class EitherCursor implements GroupCursor {
  current: Uint8Array | undefined;
  readonly #parts: readonly GroupCursor[];
  readonly #descending: boolean;
  readonly #named = new GroupPositions();
  readonly #ofPart = new GroupPositions();
  #pending: GroupCursor[] = [];

  constructor(parts: readonly GroupCursor[], descending: boolean) {
    this.#parts = parts;
    this.#descending = descending;
  }

  get weight(): number {
    return this.#parts.reduce((sum, { weight }) => sum + weight, 0);
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    this.#pending = [];
    let nearest: Uint8Array | undefined;
    for (const part of this.#parts) {
      if (!part.reach(bound, isBehind)) this.#pending.push(part);
      else if (part.current !== undefined) nearest = nearer(nearest, part.current, this.#descending);
    }
    if (this.#pending.length > 0) return false;
    this.current = nearest;
    return true;
  }

  keep(left: GroupPositions): void {
    this.#named.copy(left);
    this.#named.clear();
    for (const part of this.#parts) {
      if (part.current === undefined || Buffer.compare(part.current, this.current as Uint8Array) !== 0) continue;
      this.#ofPart.copy(left);
      part.keep(this.#ofPart);
      this.#named.add(this.#ofPart);
    }
    left.copy(this.#named);
  }

  async fetch(): Promise<void> {
    await fetchAll(this.#pending);
  }

  async close(): Promise<void> {
    for (const part of this.#parts) await part.close();
  }
}

export class ExceptCursor implements GroupCursor {
  readonly #base: GroupCursor;
  readonly #gone: GroupCursor;
  readonly #named = new GroupPositions();
  #pending: GroupCursor | undefined;

  constructor(base: GroupCursor, gone: GroupCursor) {
    this.#base = base;
    this.#gone = gone;
  }

  get current(): Uint8Array | undefined {
    return this.#base.current;
  }

  get weight(): number {
    return this.#base.weight;
  }

  reach(bound: Uint8Array | undefined, isBehind: boolean): boolean {
    this.#pending = this.#base;
    if (!this.#base.reach(bound, isBehind)) return false;
    const at = this.#base.current;
    this.#pending = this.#gone;
    return at === undefined || this.#gone.reach(at, false);
  }

  keep(left: GroupPositions): void {
    this.#base.keep(left);
    const { current } = this.#gone;
    if (current === undefined || Buffer.compare(current, this.#base.current as Uint8Array) !== 0) return;
    this.#named.copy(left);
    this.#gone.keep(this.#named);
    left.remove(this.#named);
  }

  async fetch(): Promise<void> {
    await this.#pending?.fetch();
  }

  async close(): Promise<void> {
    await this.#base.close();
    await this.#gone.close();
  }
}

/** Pages of several cursors side by side. */
async function fetchAll(cursors: readonly GroupCursor[]): Promise<void> {
  if (cursors.length === 1) await (cursors[0] as GroupCursor).fetch();
  else await Promise.all(cursors.map((cursor) => cursor.fetch()));
}

/** The smaller of two groups; the larger one where the search descends. */
function nearer(one: Uint8Array | undefined, other: Uint8Array, descending: boolean): Uint8Array {
  if (one === undefined) return other;
  return Buffer.compare(one, other) < 0 === descending ? other : one;
}
