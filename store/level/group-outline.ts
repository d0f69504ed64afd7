/**
 * The blocks of a group, in an entry of its own:
 *
 *     +-------------------+-----------+-------------------+-----------+--
 *     | block key behind  | exchanges | block key behind  | exchanges | …     in the order of the keys
 *     | the slice, 17     | u8        | the slice, 17     | u8        |
 *     +-------------------+-----------+-------------------+-----------+--
 *
 * A posting names a block by its number in here. Removing a block sets the highest bit of its exchanges: whatever names
 * its number then names nothing.
 */
import { BLOCK_KEY_BYTES } from '../block/block-key.ts';
import { MAX_GROUP_BLOCKS } from './block-positions.ts';
import { checkedLength } from './checked-entry.ts';
import { OUTLINE_PREFIX } from './posting-fields.ts';

const SLICE_BYTES = 4;
const REST_BYTES: number = BLOCK_KEY_BYTES - SLICE_BYTES;
export const OUTLINE_BYTES: number = REST_BYTES + 1;
const REMOVED = 0x80;

/** Writes one block. @returns where it ends */
export function writeOutline(bytes: Buffer, at: number, block: Uint8Array, exchanges: number): number {
  for (let i = 0; i < REST_BYTES; i++) bytes[at + i] = block[SLICE_BYTES + i] as number;
  bytes[at + REST_BYTES] = exchanges;
  return at + OUTLINE_BYTES;
}

/** Reads an outline, and keeps the bytes of its entry. */
export class GroupOutline {
  /** Blocks, removed ones among them. */
  readonly blocks: number;
  readonly #slice: Buffer;
  readonly #content: Buffer;

  private constructor(slice: Buffer, content: Buffer) {
    this.#slice = slice;
    this.#content = content;
    this.blocks = content.length / OUTLINE_BYTES;
  }

  /** @returns undefined for an entry that is no outline, or not what was written */
  static read(key: Buffer, value: Buffer): GroupOutline | undefined {
    const length = checkedLength(key, value);
    if (length === undefined || length % OUTLINE_BYTES !== 0 || length > MAX_GROUP_BLOCKS * OUTLINE_BYTES) {
      return undefined;
    }
    const sliceAt = OUTLINE_PREFIX.length;
    return new GroupOutline(key.subarray(sliceAt, sliceAt + SLICE_BYTES), value.subarray(0, length));
  }

  /** Exchanges of a block; 0 where it was removed. */
  exchangesOf(block: number): number {
    const exchanges = this.#content[block * OUTLINE_BYTES + REST_BYTES] ?? REMOVED;
    return (exchanges & REMOVED) !== 0 ? 0 : exchanges;
  }

  /** Key of a block in the data layer, a copy. */
  keyOf(block: number): Buffer {
    const key = Buffer.allocUnsafe(BLOCK_KEY_BYTES);
    key.set(this.#slice);
    const at = block * OUTLINE_BYTES;
    for (let i = 0; i < REST_BYTES; i++) key[SLICE_BYTES + i] = this.#content[at + i] as number;
    return key;
  }

  /** The content of this outline without the blocks that are asked for; undefined where it has none of them. */
  without(isGone: (block: Buffer) => boolean): Buffer | undefined {
    let content: Buffer | undefined;
    for (let block = 0; block < this.blocks; block++) {
      if (this.exchangesOf(block) === 0 || !isGone(this.keyOf(block))) continue;
      content ??= Buffer.from(this.#content);
      const at = block * OUTLINE_BYTES + REST_BYTES;
      content[at] = (content[at] as number) | REMOVED;
    }
    return content;
  }
}
