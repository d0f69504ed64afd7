/** Port `DataLayer` on LevelDB: a folder a segment, an entry a block. */
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
import type { LevelFolder } from './level-folder.ts';
import { PropertyFiles } from './property-files.ts';
import { groupBySegment, SegmentFolders } from './segment-folders.ts';

/** Blocks of 25 kB fill this in about 600: fewer, larger tables, which are moved and not merged as keys rise with time. */
const WRITE_BUFFER_BYTES: ByteCount = 16 * 1024 * 1024;
const CACHE_BYTES: ByteCount = 2 * 1024 * 1024;
/** Longest value the 32-bit lengths of LevelDB's tables hold with room to spare. */
const MAX_VALUE_BYTES: ByteCount = 1024 * 1024 * 1024;
const DEFAULT_PAGE_ENTRIES = 1024;
/** Bytes after which LevelDB ends a page: some 40 blocks, or all the keys asked for. */
const MAX_PAGE_BYTES: ByteCount = 1024 * 1024;

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
      await this.#folders.write(segment, (folder) => {
        const batch = folder.batch();
        for (const entry of group) batch.put(toBuffer(entry.key), toBuffer(entry.value));
        return batch.write({ sync: durability === 'synced' } as object);
      });
    }
  }

  async getMany(segment: Segment, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values = await this.#folders.read(segment, (folder) => folder.getMany(keys.map(toBuffer)));
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

async function* keyPages(folder: LevelFolder, range: KeyRange): AsyncGenerator<readonly Uint8Array[]> {
  const iterator = folder.keys(toBounds(range));
  try {
    for (;;) {
      const page = await iterator.nextv(range.pageEntries ?? DEFAULT_PAGE_ENTRIES);
      if (page.length === 0) return;
      yield page;
    }
  } finally {
    await iterator.close();
  }
}

async function* entryPages(folder: LevelFolder, range: KeyRange): AsyncGenerator<readonly DataEntry[]> {
  const iterator = folder.iterator(toBounds(range));
  try {
    for (;;) {
      const page = await iterator.nextv(range.pageEntries ?? DEFAULT_PAGE_ENTRIES);
      if (page.length === 0) return;
      yield page.map(([key, value]) => ({ segment: range.segment, key, value }));
    }
  } finally {
    await iterator.close();
  }
}

interface Bounds {
  readonly gte?: Buffer;
  readonly lt?: Buffer;
  readonly reverse: boolean;
  readonly fillCache: false;
  readonly highWaterMarkBytes: ByteCount;
}

function toBounds(range: KeyRange): Bounds {
  return {
    ...(range.from === undefined ? {} : { gte: toBuffer(range.from) }),
    ...(range.to === undefined ? {} : { lt: toBuffer(range.to) }),
    reverse: range.order === 'descending',
    fillCache: false,
    highWaterMarkBytes: MAX_PAGE_BYTES,
  };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
