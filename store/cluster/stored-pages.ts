/** Rows of a cluster to the pages that the port promises. */
import type { ByteCount, DataEntry, Segment } from '../../core/index.ts';
import { decodeStored, type PieceReference } from './stored-value.ts';

/** Bytes after which a page ends: some 40 blocks. */
export const MAX_PAGE_BYTES: ByteCount = 1024 * 1024;
export const DEFAULT_PAGE_ENTRIES = 1024;

export interface StoredRow {
  readonly key: Buffer;
  /** As {@link decodeStored} reads it; empty in a list of keys. */
  readonly stored: Buffer;
}

/** @returns undefined where some of the pieces are not there */
export type ReadPieces = (reference: PieceReference) => Promise<Buffer | undefined>;

/** @returns undefined for what cannot be put together: bytes that are not ours, or pieces that went with their segment */
export function wholeValue(stored: Buffer, readPieces: ReadPieces): Promise<Buffer | undefined> | Buffer | undefined {
  const decoded = decodeStored(stored);
  return decoded === undefined || Buffer.isBuffer(decoded) ? decoded : readPieces(decoded);
}

/** A value that cannot be put together leaves as an empty one: its reader finds it damaged and says so. */
export async function* entryPages(
  batches: AsyncIterable<readonly StoredRow[]>,
  segment: Segment,
  pageEntries: number = DEFAULT_PAGE_ENTRIES,
  readPieces: ReadPieces,
): AsyncGenerator<readonly DataEntry[]> {
  let page: DataEntry[] = [];
  let byteCount = 0;
  for await (const batch of batches) {
    for (const { key, stored } of batch) {
      const value = (await wholeValue(stored, readPieces)) ?? Buffer.alloc(0);
      page.push({ segment, key, value });
      byteCount += value.length;
      if (page.length < pageEntries && byteCount < MAX_PAGE_BYTES) continue;
      yield page;
      page = [];
      byteCount = 0;
    }
  }
  if (page.length > 0) yield page;
}

export async function* keyPages(
  batches: AsyncIterable<readonly StoredRow[]>,
  pageEntries: number = DEFAULT_PAGE_ENTRIES,
): AsyncGenerator<readonly Uint8Array[]> {
  let page: Uint8Array[] = [];
  for await (const batch of batches) {
    for (const { key } of batch) {
      page.push(key);
      if (page.length < pageEntries) continue;
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
