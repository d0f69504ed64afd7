/** Which unit a user belongs to, in one version; does not change. */
import type { UnitOptions } from './options.ts';
import { SlotOwners } from './slot-ranges.ts';
import { type HashUser, userHash } from './user-hash.ts';

export type UnitMapOptions = Pick<UnitOptions, 'hash' | 'slots' | 'ranges' | 'overrides' | 'version'>;

export class UnitMap {
  readonly version: number;
  /** All that own a range or a user. */
  readonly units: ReadonlySet<string>;
  readonly #hash: HashUser;
  readonly #slots: number;
  readonly #owners: SlotOwners;
  readonly #overrides: ReadonlyMap<string, string>;

  /** @param options as checked by `unitsSchema` */
  constructor({ hash, slots, ranges, overrides, version }: UnitMapOptions) {
    this.version = version;
    this.#hash = userHash(hash);
    this.#slots = slots;
    this.#owners = new SlotOwners(ranges);
    this.#overrides = new Map(Object.entries(overrides));
    this.units = new Set([...ranges.map(({ unit }) => unit), ...this.#overrides.values()]);
  }

  unitOf(user: string): string {
    return this.#overrides.get(user) ?? this.#owners.ownerOf(this.slotOf(user));
  }

  slotOf(user: string): number {
    return this.#hash(user) % this.#slots;
  }
}
