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
import { countBits, forEachPosting } from './posting.ts';
import type { PostingCursor } from './posting-cursor.ts';
import { openCursor } from './posting-plan.ts';
import { groupBySegment, SegmentFolders } from './segment-folders.ts';

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
      await this.#folders.write(segment, (folder) => {
        const batch = folder.batch();
        for (const entry of group) forEachPosting(entry, (key, value) => batch.put(key, value));
        return batch.write({ sync: durability === 'synced' } as object);
      });
    }
  }

  async search(search: IndexSearch): Promise<AsyncIterable<readonly IndexHit[]> | undefined> {
    const pages = this.#folders.pages(search.segment, (folder) => searchPages(folder, search));
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

  async *contents(segment: Segment): AsyncGenerator<readonly IndexedBlock[]> {
    const sums = new Map<string, BlockDigest>();
    for await (const page of this.#folders.pages(segment, postingPages)) {
      for (const [key, value] of page) {
        const block = blockOf(key).toString('latin1');
        const sum = sums.get(block) ?? new BlockDigest();
        sum.add(key, value);
        sums.set(block, sum);
      }
    }
    if (sums.size > 0)
      yield [...sums].map(([block, sum]) => ({ block: Buffer.from(block, 'latin1'), digest: sum.text }));
  }

  digest(entry: IndexEntry): string {
    const sum = new BlockDigest();
    forEachPosting(entry, (key, value) => sum.add(key, value));
    return sum.text;
  }

  async remove(segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
    const gone = new Set(blocks.map((block) => Buffer.from(block).toString('latin1')));
    await this.#folders.write(segment, async (folder) => {
      for await (const page of postingPages(folder)) {
        const batch = folder.batch();
        for (const [key] of page) if (gone.has(blockOf(key).toString('latin1'))) batch.del(key);
        await batch.write();
      }
    });
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

  drop(segment: Segment): Promise<void> {
    return this.#folders.drop(segment);
  }

  close(): Promise<void> {
    return this.#folders.close();
  }
}

async function* postingPages(folder: LevelFolder): AsyncGenerator<readonly [Buffer, Buffer][]> {
  const iterator = folder.iterator({ fillCache: false });
  try {
    for (;;) {
      const page = (await iterator.nextv(1024)) as [Buffer, Buffer][];
      if (page.length === 0) return;
      yield page;
    }
  } finally {
    await iterator.close();
  }
}

/** Behind field, length and value. */
function blockOf(key: Buffer): Buffer {
  return key.subarray(2 + (key[1] ?? 0));
}

type SearchPage = 'answerable' | 'not-answerable' | readonly IndexHit[];

async function* searchPages(folder: LevelFolder, search: IndexSearch): AsyncGenerator<SearchPage> {
  const cursor = await openCursor(folder, search.where, {
    from: search.from,
    to: search.to,
    descending: search.order === 'descending',
  });
  if (cursor === undefined) {
    yield 'not-answerable';
    return;
  }
  try {
    yield 'answerable';
    for (;;) {
      const page = await readPage(cursor);
      if (page.length === 0) return;
      yield page;
    }
  } finally {
    await cursor.close();
  }
}

async function readPage(cursor: PostingCursor): Promise<readonly IndexHit[]> {
  const page: IndexHit[] = [];
  while (page.length < PAGE_HITS) {
    await cursor.advance();
    if (cursor.current === undefined) break;
    page.push(cursor.current);
  }
  return page;
}

async function* hitPages(pages: AsyncGenerator<SearchPage>): AsyncGenerator<readonly IndexHit[]> {
  for await (const page of pages) {
    if (typeof page !== 'string') yield page;
  }
}
