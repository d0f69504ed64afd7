/**
 * Keys in LevelDB's tables that would end the process: the library is built with assertions, and a key shorter than the
 * 8 bytes that it adds to each aborts it, where any other damage is an error. Looked for in the files themselves, before
 * LevelDB reads them.
 *
 *     table   | block … | meta index | index | footer, 48 bytes: handles of meta index and index, padding, magic |
 *     block   | entry … | restart: u32 … | restarts: u32 |   then type (0: not compressed) and checksum, 5 bytes
 *     entry   | shared | not shared | value bytes: varint32 each | key behind what is shared | value |
 *
 * Source: LevelDB, doc/table_format.md, table/block.cc. Tables are as large as a write buffer, or as one large value.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOOTER_BYTES = 48;
const MIN_KEY_BYTES = 8;
const UNCOMPRESSED = 0;
const RESTART_BYTES = 4;

interface Handle {
  readonly offset: number;
  readonly byteCount: number;
}

interface Entry {
  readonly shared: number;
  readonly keyBytes: number;
  readonly valueAt: number;
  readonly end: number;
}

/** @returns name of a table with such a key; undefined where there is none. What goes on meanwhile may remove tables. */
export async function findFatalTable(path: string): Promise<string | undefined> {
  const names = await readdir(path).catch(() => []);
  for (const name of names.filter((each) => /\.(?:ldb|sst)$/.test(each)).sort()) {
    const table = await readFile(join(path, name)).catch(() => undefined);
    if (table !== undefined && hasFatalKey(table)) return name;
  }
  return undefined;
}

/** What is damaged in another way is an error of LevelDB's, and no matter here. */
export function hasFatalKey(table: Buffer): boolean {
  const index = indexHandle(table);
  if (index === undefined) return false;
  const handles: Handle[] = [];
  const onEntry = ({ valueAt, end }: Entry): void => {
    const handle = readHandle(table.subarray(0, end), valueAt);
    if (handle !== undefined) handles.push(handle);
  };
  return isFatal(table, index, onEntry) || handles.some((handle) => isFatal(table, handle));
}

function isFatal(table: Buffer, { offset, byteCount }: Handle, onEntry?: (entry: Entry) => void): boolean {
  const end = offset + byteCount;
  if (byteCount < RESTART_BYTES || end >= table.length || table[end] !== UNCOMPRESSED) return false;
  const restarts = table.readUInt32LE(end - RESTART_BYTES);
  const limit = end - RESTART_BYTES * (1 + restarts);
  if (limit < offset) return false;
  for (let at = offset; at < limit; ) {
    const entry = readEntry(table, at, limit);
    if (entry === undefined) break;
    if (entry.keyBytes < MIN_KEY_BYTES) return true;
    onEntry?.(entry);
    at = entry.end;
  }
  // A search begins at one of these, wherever it points.
  for (let restart = 0; restart < restarts; restart++) {
    const at = offset + table.readUInt32LE(limit + RESTART_BYTES * restart);
    const entry = at < limit ? readEntry(table, at, limit) : undefined;
    if (entry !== undefined && entry.shared === 0 && entry.keyBytes < MIN_KEY_BYTES) return true;
  }
  return false;
}

/** @returns undefined where it does not lie within the block */
function readEntry(table: Buffer, at: number, limit: number): Entry | undefined {
  const shared = readVarint(table, at, limit);
  if (shared === undefined) return undefined;
  const notShared = readVarint(table, shared.end, limit);
  if (notShared === undefined) return undefined;
  const value = readVarint(table, notShared.end, limit);
  if (value === undefined) return undefined;
  const valueAt = value.end + notShared.value;
  const end = valueAt + value.value;
  return end > limit ? undefined : { shared: shared.value, keyBytes: shared.value + notShared.value, valueAt, end };
}

function indexHandle(table: Buffer): Handle | undefined {
  const footer = table.length - FOOTER_BYTES;
  if (footer < 0) return undefined;
  const metaOffset = readVarint(table, footer, table.length);
  const metaBytes = metaOffset && readVarint(table, metaOffset.end, table.length);
  return metaBytes && readHandle(table, metaBytes.end);
}

function readHandle(table: Buffer, at: number): Handle | undefined {
  const offset = readVarint(table, at, table.length);
  const byteCount = offset && readVarint(table, offset.end, table.length);
  return byteCount && { offset: offset.value, byteCount: byteCount.value };
}

/** Up to 10 bytes of 7 bits, the low ones first; larger than 2^53 it lies in no table. */
function readVarint(table: Buffer, at: number, limit: number): { value: number; end: number } | undefined {
  let value = 0;
  let factor = 1;
  for (let end = at; end < limit && end < at + 10; end++) {
    const octet = table[end] as number;
    value += (octet & 0x7f) * factor;
    if (octet < 0x80) return { value, end: end + 1 };
    factor *= 128;
  }
  return undefined;
}
