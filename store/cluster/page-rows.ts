/** How many rows to ask a cluster for: it counts rows, the reader's memory counts bytes. */
import { MAX_PAGE_BYTES } from './stored-pages.ts';

/** Before anything is known: at 1 MiB a value, the largest kept whole, still bearable. */
const FIRST_ROWS = 32;
const FEWEST_ROWS = 4;
const MOST_ROWS = 1024;

/** Learns from what came how many rows make a page. */
export class PageRows {
  readonly #most: number;
  #rows = 0;
  #byteCount = 0;

  /** @param pageEntries what the reader takes at once, at least 1 */
  constructor(pageEntries: number) {
    this.#most = Math.min(Math.max(pageEntries, FIRST_ROWS), MOST_ROWS);
  }

  get next(): number {
    if (this.#rows === 0) return FIRST_ROWS;
    const meanBytes = Math.max(this.#byteCount / this.#rows, 1);
    return Math.max(FEWEST_ROWS, Math.min(this.#most, Math.floor(MAX_PAGE_BYTES / meanBytes)));
  }

  /** Later pages weigh more: what came long ago fades. */
  learn(rows: number, byteCount: number): void {
    this.#rows = this.#rows / 2 + rows;
    this.#byteCount = this.#byteCount / 2 + byteCount;
  }
}
