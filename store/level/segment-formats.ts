/**
 * Which segments can be searched: those that were written in this form since their first block.
 *
 * A segment says so by an entry of its own, which is written before anything else. One that was begun without it, by a
 * build that kept a posting a block, never gets it, whatever is written into it later.
 */
import type { Segment } from '../../core/index.ts';
import type { LevelFolder } from './level-folder.ts';
import { FORMAT_KEY } from './posting-fields.ts';

/** Version of what is in the segment. */
const GROUPS = Buffer.of(3);

export class SegmentFormats {
  readonly #known = new Map<Segment, boolean>();

  async isSearchable(segment: Segment, folder: LevelFolder): Promise<boolean> {
    const known = this.#known.get(segment);
    if (known !== undefined) return known;
    const isSearchable = (await folder.get(FORMAT_KEY))?.equals(GROUPS) === true;
    if (isSearchable) this.#known.set(segment, true);
    return isSearchable;
  }

  /** To be called before a segment is written. */
  async begin(segment: Segment, folder: LevelFolder): Promise<void> {
    if (this.#known.has(segment)) return;
    if (await isEmpty(folder)) await folder.put(FORMAT_KEY, GROUPS);
    this.#known.set(segment, await this.isSearchable(segment, folder));
  }

  forget(segment: Segment): void {
    this.#known.delete(segment);
  }
}

export async function isEmpty(folder: LevelFolder): Promise<boolean> {
  return (await folder.keys({ limit: 1 }).all()).length === 0;
}
