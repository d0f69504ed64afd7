/** Entries of a folder in their order, in pages, past what is damaged. */
import type { ByteCount, KeyRange } from '../../core/index.ts';
import { isReservedKey } from './key-list.ts';
import { type LevelFolder, toStoreError } from './level-folder.ts';

export const DEFAULT_PAGE_ENTRIES = 1024;
/** Bytes after which LevelDB ends a page: some 40 blocks, or all the keys asked for. */
export const MAX_PAGE_BYTES: ByteCount = 1024 * 1024;

/** As `level` takes them. */
export interface Bounds {
  readonly snapshot?: ReturnType<LevelFolder['snapshot']>;
  readonly gte?: Buffer;
  readonly gt?: Buffer;
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

/**
 * A walk serves all that can be read: LevelDB's iterators pass over what is damaged and tell at their end, with the
 * entries read last lost in the telling. Those are read again one by one before the damage is told.
 *
 * @param open an iterator of entries or of keys
 * @throws level's own errors
 */
export async function* walkPages<T>(
  folder: LevelFolder,
  range: KeyRange,
  open: (bounds: Bounds) => { nextv(size: number): Promise<T[]>; close(): Promise<void> },
  keyOf: (entry: T) => Buffer,
): AsyncGenerator<T[]> {
  const snapshot = folder.snapshot();
  let bounds: Bounds = { ...toBounds(range), snapshot };
  let pageEntries = range.pageEntries ?? DEFAULT_PAGE_ENTRIES;
  let iterator = open(bounds);
  let damage: unknown;
  try {
    for (;;) {
      let page: T[];
      try {
        page = await iterator.nextv(pageEntries);
      } catch (error) {
        if (pageEntries === 1 || !isCorruption(error)) throw error;
        await iterator.close();
        // Told at the end: behind the last entry the damaged table may not be met again.
        damage = error;
        pageEntries = 1;
        iterator = open(bounds);
        continue;
      }
      const last = page.at(-1);
      if (last === undefined && damage !== undefined) throw damage;
      if (last === undefined) return;
      bounds = behind(bounds, keyOf(last));
      const own = page.filter((entry) => !isReservedKey(keyOf(entry)));
      if (own.length > 0) yield own;
    }
  } finally {
    await iterator.close();
    await snapshot.close();
  }
}

function behind(bounds: Bounds, key: Buffer): Bounds {
  const { gte: _, ...upwards } = bounds;
  return bounds.reverse ? { ...bounds, lt: key } : { ...upwards, gt: key };
}

export function isCorruption(error: unknown): boolean {
  return toStoreError(error, '').code === 'STORE_CORRUPT_SEGMENT';
}

export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
