/** Port `IndexLayer` on LevelDB: a folder a segment, an entry a value and group of blocks (`group-entries.ts`). */
import {
  type ByteCount,
  BytecopyError,
  type Durability,
  type IndexEntry,
  type IndexedBlock,
  type IndexHit,
  type IndexLayer,
  type IndexLayerManifest,
  type IndexSearch,
  type Micros,
  type Segment,
  type TimeCount,
} from '../../core/index.ts';
import { decodeBlockKey } from '../block/block-key.ts';
import { digestOfDocuments } from './block-digest.ts';
import { toGroups } from './block-group.ts';
import { countBits } from './block-positions.ts';
import { removeBlocks } from './block-removal.ts';
import { forEachEntry } from './group-entries.ts';
import { searchGroups } from './group-search.ts';
import { blockDigests } from './index-contents.ts';
import type { LevelFolder } from './level-folder.ts';
import { openCursor } from './plan-cursor.ts';
import { PostingPlanner } from './posting-plan.ts';
import { groupBySegment, SegmentFolders } from './segment-folders.ts';
import { isEmpty, SegmentFormats } from './segment-formats.ts';

/** Trace postings come in random order: what is sorted in memory is not merged on disk. */
const WRITE_BUFFER_BYTES: ByteCount = 16 * 1024 * 1024;
const CACHE_BYTES: ByteCount = 4 * 1024 * 1024;

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
  /** End of the last write: what removes blocks reads an outline before it writes it. */
  #written: Promise<void> = Promise.resolve();

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
        for (const each of toGroups(group)) forEachEntry(each, (key, value) => batch.put(key, value));
        await this.#inTurn(() => batch.write({ sync: durability === 'synced' } as object));
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
    return this.#folders.pages(segment, (folder) => contentsPages(segment, folder, this.#formats));
  }

  digest(entry: IndexEntry): string {
    return digestOfDocuments(entry.documents);
  }

  async remove(segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
    if (blocks.length === 0 || !(await this.#folders.list()).includes(segment)) return;
    await this.#folders.write(segment, (folder) => this.#inTurn(() => removeBlocks(folder, blocks)));
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

  #inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.#written.then(write);
    this.#written = written.catch(() => {});
    return written;
  }
}

type SearchPage = 'answerable' | 'not-answerable' | readonly IndexHit[];

async function* searchPages(
  folder: LevelFolder,
  search: IndexSearch,
  formats: SegmentFormats,
): AsyncGenerator<SearchPage> {
  const plan = (await formats.isSearchable(search.segment, folder))
    ? await new PostingPlanner(folder).plan(search.where)
    : undefined;
  const range = { from: search.from, to: search.to, descending: search.order === 'descending' };
  const snapshot = folder.snapshot();
  const cursor = plan && openCursor(folder, snapshot, plan, range);
  try {
    yield cursor === undefined ? 'not-answerable' : 'answerable';
    if (cursor !== undefined) yield* searchGroups(folder, snapshot, cursor, range);
  } finally {
    await cursor?.close();
    await snapshot.close();
  }
}

async function* contentsPages(
  segment: Segment,
  folder: LevelFolder,
  formats: SegmentFormats,
): AsyncGenerator<readonly IndexedBlock[]> {
  if (await formats.isSearchable(segment, folder)) yield* blockDigests(folder);
  else if (!(await isEmpty(folder))) {
    throw new BytecopyError('STORE_CORRUPT_SEGMENT', `the index of ${segment} is of an earlier build, or damaged`, {
      hint: 'what it holds is read from the data instead; store repair makes it anew',
    });
  }
}

async function* hitPages(pages: AsyncGenerator<SearchPage>): AsyncGenerator<readonly IndexHit[]> {
  for await (const page of pages) {
    if (typeof page !== 'string') yield page;
  }
}
