/** An index layer that fails or stands still when it is told to; otherwise the one behind it. */
import {
  BytecopyError,
  type Durability,
  type IndexEntry,
  type IndexHit,
  type IndexLayer,
  type IndexSearch,
  type Micros,
  type Segment,
} from '../../../core/index.ts';

export class FaultyIndex implements IndexLayer {
  readonly manifest: IndexLayer['manifest'];
  readonly #index: IndexLayer;
  /** Puts that were let through. */
  puts = 0;
  #mode: 'works' | 'fails' | 'stands still' = 'works';
  #resume: (() => void)[] = [];
  #hidden = false;
  /** Pages of hits that a search tells before it fails; undefined where searches work. */
  #pagesLeft: number | undefined;
  #readingsLeft: number | undefined;
  /** Searches that were begun. */
  searches = 0;

  constructor(index: IndexLayer, manifest: Partial<IndexLayer['manifest']> = {}) {
    this.#index = index;
    this.manifest = { ...index.manifest, ...manifest };
  }

  work(): void {
    this.#mode = 'works';
    const resume = this.#resume;
    this.#resume = [];
    for (const go of resume) go();
  }

  /** Searches see nothing from here on. */
  hide(): void {
    this.#hidden = true;
  }

  /** Searches fail from here on, each behind so many pages of a hit. */
  failSearches(behindPages = 0): void {
    this.#pagesLeft = behindPages;
  }

  fail(): void {
    this.#mode = 'fails';
  }

  standStill(): void {
    this.#mode = 'stands still';
  }

  async put(entries: readonly IndexEntry[], durability: Durability): Promise<void> {
    await this.#pass();
    await this.#index.put(entries, durability);
    this.puts++;
  }

  async sync(): Promise<void> {
    await this.#pass();
    await this.#index.sync();
  }

  async search(search: IndexSearch): ReturnType<IndexLayer['search']> {
    this.searches++;
    const pagesLeft = this.#pagesLeft;
    if (pagesLeft === 0) throw unanswered();
    if (this.#hidden) return nothing();
    const hits = await this.#index.search(search);
    return hits === undefined || pagesLeft === undefined ? hits : failing(hits, pagesLeft);
  }

  async count(search: IndexSearch): Promise<number | undefined> {
    if (this.#pagesLeft !== undefined) throw unanswered();
    return await this.#index.count(search);
  }

  async histogram(search: IndexSearch, intervalMicros: Micros): ReturnType<IndexLayer['histogram']> {
    if (this.#pagesLeft !== undefined) throw unanswered();
    return await this.#index.histogram(search, intervalMicros);
  }

  /** The `n`th reading of contents from here on meets damage, and each behind it until the segment is dropped. */
  damageContents(n: number): void {
    this.#readingsLeft = n - 1;
  }

  contents(segment: Segment): ReturnType<IndexLayer['contents']> {
    if (this.#readingsLeft === 0) throw new BytecopyError('STORE_CORRUPT_SEGMENT', `${segment} is damaged`);
    if (this.#readingsLeft !== undefined) this.#readingsLeft--;
    return this.#index.contents(segment);
  }

  digest(entry: IndexEntry): string {
    return this.#index.digest(entry);
  }

  remove(segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
    return this.#index.remove(segment, blocks);
  }

  async segments(): Promise<readonly Segment[]> {
    if (this.#pagesLeft !== undefined) throw unanswered();
    return await this.#index.segments();
  }

  size(segment: Segment): Promise<number> {
    return this.#index.size(segment);
  }

  drop(segment: Segment): Promise<void> {
    this.#readingsLeft = undefined;
    return this.#index.drop(segment);
  }

  close(): Promise<void> {
    return this.#index.close();
  }

  async #pass(): Promise<void> {
    if (this.#mode === 'fails') throw unanswered();
    if (this.#mode === 'stands still') {
      await new Promise<void>((resolve) => {
        this.#resume.push(resolve);
      });
    }
  }
}

function unanswered(): BytecopyError {
  return new BytecopyError('INDEX_UNREACHABLE', 'no answer from the index');
}

/** Pages of one hit each, then a failure. */
async function* failing(hits: AsyncIterable<readonly IndexHit[]>, pages: number): AsyncGenerator<readonly IndexHit[]> {
  let left = pages;
  for await (const page of hits) {
    for (const hit of page) {
      if (left === 0) throw unanswered();
      left--;
      yield [hit];
    }
  }
}

async function* nothing(): AsyncGenerator<never> {}
