/**
 * What a segment's postings can answer: those of store version 1 are of fewer fields.
 *
 * A segment says by an entry of its own, which is written before anything else, that it has everything since its first
 * block. One that was begun without it never gets it, whatever is written into it later.
 */
import type { Segment } from '../../core/index.ts';
import type { LevelFolder } from './level-folder.ts';
import { FORMAT_KEY, type PostingFormat } from './posting-fields.ts';

/** Version of what is in the segment. */
const WHOLE = Buffer.of(2);

export class SegmentFormats {
  readonly #known = new Map<Segment, PostingFormat>();

  async of(segment: Segment, folder: LevelFolder): Promise<PostingFormat> {
    const known = this.#known.get(segment);
    if (known !== undefined) return known;
    const mark = await folder.get(FORMAT_KEY);
    if (mark?.equals(WHOLE) !== true) return 'first';
    this.#known.set(segment, 'whole');
    return 'whole';
  }

  /** To be called before a segment is written. */
  async begin(segment: Segment, folder: LevelFolder): Promise<void> {
    if (this.#known.has(segment)) return;
    const [first] = await folder.keys({ limit: 1 }).all();
    if (first === undefined) await folder.put(FORMAT_KEY, WHOLE);
    this.#known.set(segment, first === undefined ? 'whole' : await this.of(segment, folder));
  }

  forget(segment: Segment): void {
    this.#known.delete(segment);
  }
}
