/** Port `DataLayer` on LevelDB: a folder a segment, an entry a block, a list of the keys of each put. */
import { join } from 'node:path';
import type {
  ByteCount,
  DataEntry,
  DataLayer,
  DataLayerManifest,
  Durability,
  KeyRange,
  Segment,
} from '../../core/index.ts';
import { DEFAULT_PAGE_ENTRIES, isCorruption, toBuffer, walkPages } from './folder-walk.ts';
import { MARK_KEY, toKeyLists } from './key-list.ts';
import type { LevelFolder } from './level-folder.ts';
import { listedKeys, listsOf } from './listed-keys.ts';
import { PropertyFiles } from './property-files.ts';
import { assertReadable, groupBySegment, SegmentFolders } from './segment-folders.ts';

/** Blocks of 25 kB fill this in about 600: fewer, larger tables, which are moved and not merged as keys rise with time. */
const WRITE_BUFFER_BYTES: ByteCount = 16 * 1024 * 1024;
const CACHE_BYTES: ByteCount = 2 * 1024 * 1024;
/** Longest value the 32-bit lengths of LevelDB's tables hold with room to spare. */
const MAX_VALUE_BYTES: ByteCount = 1024 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export interface LevelDataLayerOptions {
  readonly path: string;
  readonly maxOpenSegments?: number;
}

export class LevelDataLayer implements DataLayer {
  readonly manifest: DataLayerManifest = {
    name: 'level',
    snapshots: true,
    atomicPuts: true,
    durability: ['buffered', 'synced'],
    maxValueBytes: MAX_VALUE_BYTES,
  };
  readonly #folders: SegmentFolders;
  readonly #properties: PropertyFiles;

  constructor(options: LevelDataLayerOptions) {
    this.#properties = new PropertyFiles(join(options.path, 'properties'));
    this.#folders = new SegmentFolders({
      path: options.path,
      writeBufferBytes: WRITE_BUFFER_BYTES,
      cacheBytes: CACHE_BYTES,
      ...(options.maxOpenSegments === undefined ? {} : { maxOpen: options.maxOpenSegments }),
    });
  }

  async put(entries: readonly DataEntry[], durability: Durability): Promise<void> {
    for (const [segment, group] of groupBySegment(entries)) {
      await this.#folders.write(segment, (folder) => putEntries(folder, group, durability === 'synced'));
    }
  }

  async getMany(segment: Segment, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values = await this.#folders.read(segment, (folder) => getValues(folder, keys.map(toBuffer)));
    return values ?? keys.map(() => undefined);
  }

  keys(range: KeyRange): AsyncIterable<readonly Uint8Array[]> {
    return this.#folders.pages(range.segment, (folder) => keyPages(folder, range));
  }

  scan(range: KeyRange): AsyncIterable<readonly DataEntry[]> {
    return this.#folders.pages(range.segment, (folder) => entryPages(folder, range));
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

  /** Looks at a segment's files. @throws BytecopyError `STORE_CORRUPT_SEGMENT` where reading them would end the process */
  assertReadable(segment: Segment): Promise<void> {
    return assertReadable(this.#folders.pathOf(segment));
  }

  readProperty(name: string): Promise<Uint8Array | undefined> {
    return this.#properties.read(name);
  }

  writeProperty(name: string, value: Uint8Array | undefined): Promise<void> {
    return this.#properties.write(name, value);
  }

  properties(prefix: string): Promise<readonly string[]> {
    return this.#properties.list(prefix);
  }

  close(): Promise<void> {
    return this.#folders.close();
  }
}

async function putEntries(folder: LevelFolder, entries: readonly DataEntry[], sync: boolean): Promise<void> {
  const lists = await listsOf(folder);
  const batch = folder.batch();
  const keys = entries.map(({ key }) => toBuffer(key));
  for (const [position, key] of keys.entries()) batch.put(key, toBuffer((entries[position] as DataEntry).value));
  if (lists.kept) {
    for (const { key, value } of toKeyLists(keys)) batch.put(key, value);
    if (!lists.marked) batch.put(MARK_KEY, NOTHING);
  }
  await batch.write({ sync } as object);
  lists.marked = true;
}

/** What a damaged table keeps from being read is an empty value: no block is. */
async function getValues(folder: LevelFolder, keys: Buffer[]): Promise<readonly (Uint8Array | undefined)[]> {
  try {
    return await folder.getMany(keys);
  } catch (error) {
    if (!isCorruption(error)) throw error;
  }
  const values: (Uint8Array | undefined)[] = [];
  for (const key of keys) values.push(await seekValue(folder, key));
  return values;
}

/** By an iterator, which finds what stands in a sound table also where the search would end at a damaged one. */
async function seekValue(folder: LevelFolder, key: Buffer): Promise<Uint8Array | undefined> {
  const iterator = folder.values({ gte: key, lte: key, fillCache: false });
  try {
    const [value] = await iterator.nextv(1);
    return value;
  } catch (error) {
    if (isCorruption(error)) return NOTHING;
    throw error;
  } finally {
    await iterator.close();
  }
}

async function* keyPages(folder: LevelFolder, range: KeyRange): AsyncGenerator<readonly Uint8Array[]> {
  const keys = await listedKeys(folder, range);
  if (keys === undefined) {
    yield* walkPages(
      folder,
      range,
      (bounds) => folder.keys(bounds),
      (key) => key,
    );
    return;
  }
  const pageEntries = range.pageEntries ?? DEFAULT_PAGE_ENTRIES;
  for (let at = 0; at < keys.length; at += pageEntries) yield keys.slice(at, at + pageEntries);
}

async function* entryPages(folder: LevelFolder, range: KeyRange): AsyncGenerator<readonly DataEntry[]> {
  const { segment } = range;
  for await (const page of walkPages(
    folder,
    range,
    (bounds) => folder.iterator(bounds),
    ([key]) => key,
  )) {
    yield page.map(([key, value]) => ({ segment, key, value }));
  }
}
