/**
 * Blocks of one slice that are put together share their entries: one of each value, one of each kind of mark, and one
 * that lists them.
 *
 *   batch ─▶ groups: a slice each, at most 128 blocks, in the order of their keys ─▶ entries (`group-entries.ts`)
 *
 * Everything that the index holds of a block is in one group. A block that is put again in another batch is in another
 * group too, which says the same of it; a search that finds both tells it once.
 */
import type { IndexEntry } from '../../core/index.ts';
import { BLOCK_KEY_BYTES } from '../block/block-key.ts';
import { MAX_GROUP_BLOCKS } from './block-positions.ts';

export interface BlockGroup {
  readonly slice: number;
  /** In the order of their keys. */
  readonly entries: readonly IndexEntry[];
}

/** @throws RangeError for a key that is none of a block: the store makes them */
export function toGroups(entries: readonly IndexEntry[]): readonly BlockGroup[] {
  for (const { block } of entries) {
    if (block.length !== BLOCK_KEY_BYTES) throw new RangeError(`a key of ${block.length} bytes is none of a block`);
  }
  const sorted = entries.toSorted((one, other) => Buffer.compare(one.block, other.block));
  const groups: { slice: number; entries: IndexEntry[] }[] = [];
  for (const entry of sorted) {
    const slice = sliceOfKey(entry.block);
    const last = groups.at(-1);
    if (last?.slice === slice && last.entries.length < MAX_GROUP_BLOCKS) last.entries.push(entry);
    else groups.push({ slice, entries: [entry] });
  }
  return groups;
}

/** The slice that the key of a block, or of a group, begins with. */
export function sliceOfKey(key: Uint8Array): number {
  const upper = (((key[0] as number) << 24) | ((key[1] as number) << 16)) >>> 0;
  return upper + (((key[2] as number) << 8) | (key[3] as number));
}
