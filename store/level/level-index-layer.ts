/** Port `IndexLayer` on LevelDB: a folder a segment, an entry a posting (`posting.ts`). */
import type {
  ByteCount,
  Durability,
  IndexEntry,
  IndexedBlock,
  IndexHit,
  IndexLayer,
  IndexLayerManifest,
  IndexSearch,
  Micros,
  Segment,
  TimeCount,
} from '../../core/index.ts';
import { decodeBlockKey } from '../block/block-key.ts';
import { BlockDigest } from './block-digest.ts';
import type { LevelFolder } from './level-folder.ts';
import { openCursor } from './plan-cursor.ts';
import { countBits, forEachPosting } from './posting.ts';
import { PostingPlanner } from './posting-plan.ts';
import { blockDigests, removeBlocks } from './posting-walk.ts';
import { groupBySegment, SegmentFolders } from './segment-folders.ts';
import { SegmentFormats } from './segment-formats.ts';

/** Trace postings come in random order: what is sorted in memory is not merged on disk. */
const WRITE_BUFFER_BYTES: ByteCount = 16 * 1024 * 1024;
const CACHE_BYTES: ByteCount = 4 * 1024 * 1024;
const PAGE_HITS = 128;

export interface LevelIndexLayerOptions {
  readonly path: string;
  readonly maxOpenSegments?: number;
}

export class LevelIndexLayer implements IndexLayer {
  readonly manifest: IndexLayerManifest = {
    name: 'level',
    readYourWrites: true,
    visibleAfterMs: 0,
    exactCounts: false,
  };
  readonly #folders: SegmentFolders;
  readonly #formats = new SegmentFormats();

  constructor(options: LevelIndexLayerOptions) {
    this.#folders = new SegmentFolders({
      path: options.path,
      writeBufferBytes: WRITE_BUFFER_BYTES,
      cacheBytes: CACHE_BYTES,
      ...(options.maxOpenSegments === undefined ? {} : { maxOpen: options.maxOpenSegments }),
    });
  }

  async put(entries: readonly IndexEntry[], durability: Durability): Promise<void> {
    for (const [segment, group] of groupBySegment(entries)) {
      await this.#folders.write(segment, async (folder) => {
        await this.#formats.begin(segment, folder);
        const batch = folder.batch();
        for (const entry of group) forEachPosting(entry, (key, value) => batch.put(key, value));
        await batch.write({ sync: durability === 'synced' } as object);
      });
    }
  }

  async search(search: IndexSearch): Promise<AsyncIterable<readonly IndexHit[]> | undefined> {
    const pages = this.#folders.pages(search.segment, (folder) => searchPages(folder, search, this.#formats));
    const answerable = await pages.next();
    // The first page says whether the postings can answer at all; hits follow. A segment without an index cannot.
    if (answerable.done === true || answerable.value === 'not-answerable') {
      await pages.return(undefined);
      return undefined;
    }
    return hitPages(pages);
  }

  async count(search: IndexSearch): Promise<number | undefined> {
    const hits = await this.search(search);
    if (hits === undefined) return undefined;
    let count = 0;
    for await (const page of hits) {
      for (const hit of page) count += countBits(hit.low) + countBits(hit.high);
    }
    return count;
  }

  async histogram(search: IndexSearch, intervalMicros: Micros): Promise<readonly TimeCount[] | undefined> {
    const hits = await this.search(search);
    if (hits === undefined) return undefined;
    const counts = new Map<Micros, number>();
    for await (const page of hits) {
      for (const hit of page) {
        const at = decodeBlockKey(hit.block)?.firstAt ?? 0;
        const from = Math.floor(at / intervalMicros) * intervalMicros;
        counts.set(from, (counts.get(from) ?? 0) + countBits(hit.low) + countBits(hit.high));
      }
    }
    return [...counts].sort(([one], [other]) => one - other).map(([from, exchanges]) => ({ from, exchanges }));
  }

  contents(segment: Segment): AsyncIterable<readonly IndexedBlock[]> {
    return this.#folders.pages(segment, (folder) => blockDigests(folder));
  }

  digest(entry: IndexEntry): string {
    const sum = new BlockDigest();
    forEachPosting(entry, (key, value) => sum.add(key, value));
    return sum.text;
  }

  async remove(segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
    if (blocks.length === 0 || !(await this.#folders.list()).includes(segment)) return;
    await this.#folders.write(segment, (folder) => removeBlocks(folder, blocks));
  }

  sync(): Promise<void> {
    return this.#folders.sync();
  }

  segments(): Promise<readonly Segment[]> {
    return this.#folders.list();
  }

  size(segment: Segment): Promise<ByteCount> {
    return this.#folders.size(segment);
  }

  async drop(segment: Segment): Promise<void> {
    await this.#folders.drop(segment);
    this.#formats.forget(segment);
  }

  close(): Promise<void> {
    return this.#folders.close();
  }
}

type SearchPage = 'answerable' | 'not-answerable' | readonly IndexHit[];

async function* searchPages(
  folder: LevelFolder,
  search: IndexSearch,
  formats: SegmentFormats,
): AsyncGenerator<SearchPage> {
  const planner = new PostingPlanner(folder, await formats.of(search.segment, folder));
  const plan = await planner.plan(search.where);
  const range = { from: search.from, to: search.to, descending: search.order === 'descending' };
  const cursor = plan && openCursor(folder, plan, range);
  if (cursor === undefined) {
    yield 'not-answerable';
    return;
  }
  try {
    yield 'answerable';
    let page: IndexHit[] = [];
    let bound: Uint8Array | undefined;
    for (;;) {
      while (!cursor.reach(bound, bound !== undefined)) await cursor.fetch();
      const hit = cursor.current;
      if (hit === undefined) break;
      bound = hit.block;
      if ((hit.low | hit.high) === 0) continue;
      page.push(hit);
      if (page.length < PAGE_HITS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  } finally {
    await cursor.close();
  }
}

async function* hitPages(pages: AsyncGenerator<SearchPage>): AsyncGenerator<readonly IndexHit[]> {
  for await (const page of pages) {
    if (typeof page !== 'string') yield page;
  }
}
