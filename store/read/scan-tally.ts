/** What a search has read so far. */
import type { ScanReport } from '../../core/index.ts';

export class ScanTally {
  blocks = 0;
  exchanges = 0;
  found = 0;
  #segments = 0;
  #narrowed = 0;

  /** A segment was begun; `narrowed` by the index or not. */
  segment(narrowed: boolean): void {
    this.#segments++;
    if (narrowed) this.#narrowed++;
  }

  /** The index left off in the middle of a segment. */
  unnarrowed(): void {
    this.#narrowed--;
  }

  report(): ScanReport {
    const { blocks, exchanges, found } = this;
    const all = this.#narrowed === this.#segments && this.#segments > 0;
    const index = all ? 'used' : this.#narrowed > 0 ? 'partly' : 'not-used';
    return { index, segments: this.#segments, blocks, exchanges, found };
  }
}
