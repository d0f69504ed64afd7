/**
 * Sends to the units that their users belong to, and changes of who belongs where, in two phases:
 *
 *     prepare ──────────────────── commit (or abort) ─────────────────▶
 *       users who move are held      each is released when nothing of theirs is under way at the old unit
 *
 * A user's sends are never under way at two units, whatever is prepared, committed and aborted in whatever order, as long
 * as `holds` is asked before each `began`. Committed when it is `ready`, a change releases all users at once, and nothing
 * that waits for a connection is left over for the old unit.
 *
 * A send of an empty user goes to any unit. Central requests have a user of their own, who never moves.
 */
import { type ByteCount, BytecopyError, type Micros } from '../../core/index.ts';
import type { RecordedRequest } from '../request/recorded-request.ts';
import { HeldSends } from './held-sends.ts';
import type { UnitOptions } from './options.ts';
import { CENTRAL_USER, RequestUsers } from './request-users.ts';
import { UnderWay } from './under-way.ts';
import { UnitChange } from './unit-change.ts';
import { UnitMap } from './unit-map.ts';
import type { UnitReport } from './unit-report.ts';

export type UnitRoute =
  /** `hops` is the value of the hop header on what is sent. */
  | { readonly kind: 'unit'; readonly unit: string; readonly user: string; readonly hops: number }
  | { readonly kind: 'any'; readonly hops: number }
  | { readonly kind: 'left-out'; readonly reason: 'no-user' | 'too-many-hops' };

/** What a change must leave as it is: it says whose a request is, and that was read of those that wait. */
const FIXED_OPTIONS = ['user', 'central', 'unresolved', 'hops'] as const;
/** Reported of all changes: the last ones. */
const MAX_CHANGES = 100;
const NOTHING: readonly never[] = Object.freeze([]);

interface Pending {
  readonly options: UnitOptions;
  readonly map: UnitMap;
  readonly change: UnitChange;
}

/** @typeParam S what is held */
export class UnitRouter<S> {
  readonly #requestUsers: RequestUsers;
  readonly #central: string | undefined;
  readonly #held = new HeldSends<S>();
  readonly #underWay: UnderWay;
  readonly #changes: UnitChange[] = [];
  readonly #sends = new Map<string, number>();
  #options: UnitOptions;
  #map: UnitMap;
  #pending: Pending | undefined;
  #earlierChanges = 0;
  #misrouted = 0;

  /**
   * @param options as checked by `unitsSchema`
   * @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) for a user that is no key of requests
   */
  constructor(options: UnitOptions) {
    this.#options = options;
    this.#map = new UnitMap(options);
    this.#requestUsers = new RequestUsers(options);
    this.#central = options.central?.unit;
    this.#underWay = new UnderWay((user) => this.#map.unitOf(user));
  }

  /** Name of the header that says how often a request was sent on. */
  get hopHeader(): string {
    return this.#options.hops.header;
  }

  get version(): number {
    return this.#map.version;
  }

  /** All that own a range, a user or the central requests: each needs a target. */
  get units(): ReadonlySet<string> {
    return this.#central === undefined ? this.#map.units : new Set([...this.#map.units, this.#central]);
  }

  /** Once a request: it is counted. */
  route(recorded: RecordedRequest): UnitRoute {
    const found = this.#requestUsers.of(recorded);
    if (found.kind === 'left-out') return found;
    const { user, hops } = found;
    const unit = this.unitOf(user);
    return unit === undefined ? { kind: 'any', hops } : { kind: 'unit', unit, user, hops };
  }

  /** Where a user's sends go now; undefined for the empty user, who may go anywhere. */
  unitOf(user: string): string | undefined {
    if (user === '') return undefined;
    return user === CENTRAL_USER ? this.#central : this.#map.unitOf(user);
  }

  /** Whether a send of the user must wait. */
  holds(user: string): boolean {
    if (this.#pending === undefined && this.#underWay.leaving === 0 && this.#held.length === 0) return false;
    return this.#mustWait(user) || this.#held.has(user);
  }

  /**
   * Keeps a send of a user who {@link holds}, until `commit`, `abort` or `ended` gives it back.
   * @returns false where there is no room: 65,536 sends and 64 MiB
   */
  hold(user: string, send: S, byteCount: ByteCount, now: Micros): boolean {
    return this.#held.hold(user, send, byteCount, now, this.#pending?.change ?? this.#changes.at(-1));
  }

  /** Sends that are held. */
  get held(): number {
    return this.#held.length;
  }

  /** A send of the user is bound to the unit: it waits for a connection there, or goes. */
  began(user: string, unit: string): void {
    this.#sends.set(unit, (this.#sends.get(unit) ?? 0) + 1);
    if (isMovable(user) && !this.#underWay.began(user, unit)) this.#misrouted++;
  }

  /**
   * A send that began has its outcome, or is not bound to its unit any more.
   * @returns the user's held sends, where they waited for this: to be sent now, in this order
   */
  ended(user: string, now: Micros): readonly S[] {
    if (!isMovable(user) || !this.#underWay.ended(user)) return NOTHING;
    return this.#mustWait(user) ? NOTHING : this.#held.release(user, now);
  }

  /** A send that began never went to the unit: it was dropped, or goes elsewhere. @returns as `ended` does */
  withdrawn(user: string, unit: string, now: Micros): readonly S[] {
    this.#sends.set(unit, (this.#sends.get(unit) ?? 0) - 1);
    return this.ended(user, now);
  }

  /**
   * To be asked at the moment of sending.
   * @returns whether the user belongs to another unit in the version that holds now; counted
   */
  misrouted(unit: string, user: string): boolean {
    const own = this.unitOf(user);
    if (own === undefined || own === unit) return false;
    this.#misrouted++;
    return true;
  }

  /**
   * From now on the users who would move are held. Takes as long as there are users with sends under way, about 0.2 µs each.
   * @param options as checked by `unitsSchema`, of a higher version
   * @throws BytecopyError `REPLAY_UNITS_CHANGE_REFUSED` (exit code 2) where another change is prepared, the version is
   *   not higher, or more would change than hash, slots, ranges and overrides
   */
  prepare(options: UnitOptions, now: Micros): void {
    this.#refuseUnlessSafe(options);
    const map = new UnitMap(options);
    const change = new UnitChange(options.version, now);
    this.#pending = { options, map, change };
    this.#underWay.aim((user) => map.unitOf(user));
    this.#changes.push(change);
    if (this.#changes.length > MAX_CHANGES) {
      this.#changes.shift();
      this.#earlierChanges++;
    }
  }

  /** A change is prepared, and nothing of the users who move is under way any more. */
  get ready(): boolean {
    return this.#pending !== undefined && this.#underWay.leaving === 0;
  }

  /**
   * The prepared change holds.
   * @returns the sends of all users who may go, to be sent now, in this order; none where nothing is prepared
   */
  commit(now: Micros): readonly S[] {
    if (this.#pending === undefined) return NOTHING;
    const { options, map, change } = this.#pending;
    this.#options = options;
    this.#map = map;
    change.decided('committed', now);
    return this.#decided(now);
  }

  /** The prepared change is given up. @returns as `commit` does */
  abort(now: Micros): readonly S[] {
    if (this.#pending === undefined) return NOTHING;
    this.#pending.change.decided('aborted', now);
    const map = this.#map;
    this.#underWay.aim((user) => map.unitOf(user));
    return this.#decided(now);
  }

  /** All that is held, to be sent nowhere. */
  drain(): readonly S[] {
    return this.#held.drain();
  }

  report(): UnitReport {
    return {
      version: this.version,
      changes: this.#changes.map((change) => change.report()),
      earlierChanges: this.#earlierChanges,
      sends: Object.fromEntries(this.#sends),
      requests: this.#requestUsers.counts,
      heldNow: this.#held.length,
      misrouted: this.#misrouted,
    };
  }

  #decided(now: Micros): readonly S[] {
    this.#pending = undefined;
    return this.#held.releaseAll((user) => !this.#mustWait(user), now);
  }

  /** The user would move, or has sends under way at another unit than theirs. */
  #mustWait(user: string): boolean {
    if (!isMovable(user)) return false;
    const unit = this.#map.unitOf(user);
    if (this.#pending !== undefined && this.#pending.map.unitOf(user) !== unit) return true;
    const at = this.#underWay.unitAt(user);
    return at !== undefined && at !== unit;
  }

  #refuseUnlessSafe(options: UnitOptions): void {
    const problem = this.#problemOf(options);
    if (problem === undefined) return;
    throw new BytecopyError('REPLAY_UNITS_CHANGE_REFUSED', `units: ${problem}`, {
      hint: 'during a run ranges, overrides, hash and slots may change, each time with a higher version',
      exitCode: 2,
    });
  }

  #problemOf(options: UnitOptions): string | undefined {
    if (this.#pending !== undefined) return `version ${this.#pending.map.version} is prepared and not decided yet`;
    if (options.version <= this.version) return `version ${options.version} is not above ${this.version}, which holds`;
    const changed = FIXED_OPTIONS.filter(
      (name) => JSON.stringify(options[name]) !== JSON.stringify(this.#options[name]),
    );
    return changed.length === 0 ? undefined : `${changed.join(', ')} cannot change during a run`;
  }
}

/** Neither any user nor the central one. */
function isMovable(user: string): boolean {
  return user !== '' && user !== CENTRAL_USER;
}
