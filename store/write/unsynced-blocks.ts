/** Blocks that the index acknowledged since its last sync: put again should that fail. */
import type { Segment } from '../../core/index.ts';
import { decodeBlockKey } from '../block/block-key.ts';
import type { BlockName } from './block-name.ts';

/** Known by their keys; what comes beyond it is known by its segment. */
const MAX_NAMED = 64 * 1024;

export class UnsyncedBlocks {
  #names: BlockName[] = [];
  /** Exchanges of each that are no more known by block. */
  readonly #segments = new Map<Segment, number>();

  get isEmpty(): boolean {
    return this.#names.length === 0 && this.#segments.size === 0;
  }

  add(names: readonly BlockName[]): void {
    if (this.#names.length + names.length <= MAX_NAMED) {
      this.#names.push(...names);
      return;
    }
    for (const { segment, block } of names) {
      const exchanges = decodeBlockKey(block)?.count ?? 0;
      this.#segments.set(segment, (this.#segments.get(segment) ?? 0) + exchanges);
    }
  }

  /** All of them, and none are left; segments with the exchanges that are known by them. */
  take(): { readonly names: readonly BlockName[]; readonly segments: readonly (readonly [Segment, number])[] } {
    const taken = { names: this.#names, segments: [...this.#segments] };
    this.#names = [];
    this.#segments.clear();
    return taken;
  }
}
