/** An index layer that fails or stands still when it is told to; otherwise the one behind it. */
import {
  BytecopyError,
  type Durability,
  type IndexEntry,
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
    return this.#hidden ? nothing() : await this.#index.search(search);
  }

  count(search: IndexSearch): Promise<number | undefined> {
    return this.#index.count(search);
  }

  histogram(search: IndexSearch, intervalMicros: Micros): ReturnType<IndexLayer['histogram']> {
    return this.#index.histogram(search, intervalMicros);
  }

  contents(segment: Segment): ReturnType<IndexLayer['contents']> {
    return this.#index.contents(segment);
  }

  digest(entry: IndexEntry): string {
    return this.#index.digest(entry);
  }

  remove(segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
    return this.#index.remove(segment, blocks);
  }

  segments(): Promise<readonly Segment[]> {
    return this.#index.segments();
  }

  size(segment: Segment): Promise<number> {
    return this.#index.size(segment);
  }

  drop(segment: Segment): Promise<void> {
    return this.#index.drop(segment);
  }

  close(): Promise<void> {
    return this.#index.close();
  }

  async #pass(): Promise<void> {
    if (this.#mode === 'fails') throw new BytecopyError('INDEX_UNREACHABLE', 'the index does not answer');
    if (this.#mode === 'stands still') {
      await new Promise<void>((resolve) => {
        this.#resume.push(resolve);
      });
    }
  }
}

async function* nothing(): AsyncGenerator<never> {}
