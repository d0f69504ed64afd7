/**
 * `missed.log`: which blocks the index has not got yet, append-only.
 *
 *     0        4         5       8
 *     +--------+---------+-------+----------+----------+---
 *     | BCML   | version | 0 0 0 | record 0 | record 1 | …
 *     +--------+---------+-------+----------+----------+---
 *
 *     0        4        8      9        10        10 + s   11 + s
 *     +--------+--------+------+--------+---------+--------+--------------------+
 *     | length | crc32  | what | s      | segment | k      | keys, k bytes each |   big-endian
 *     | u32    | u32    | u8   | u8     |         | u8     |                    |
 *     +--------+--------+------+--------+---------+--------+--------------------+
 *
 * `length` counts what is behind the checksum, the checksum is over that. What: 1 the index misses these blocks, 2 it has
 * them, 3 it misses unknown blocks of the segment, 4 it has all of them that were there. A torn record at the end is cut
 * off when the log is opened, because records are forced to the disk before anything relies on them. A damaged one in
 * front of others is stepped over, by looking for the next whole one. Version 1 is the first.
 */
import { type FileHandle, open, rename } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type ByteCount, BytecopyError, parseSegment, type Segment } from '../../core/index.ts';
import { toStoreError } from '../level/level-folder.ts';

export type MissedRecord =
  | { readonly what: 'missed' | 'indexed'; readonly segment: Segment; readonly keys: readonly Uint8Array[] }
  | { readonly what: 'segment-missed' | 'segment-indexed'; readonly segment: Segment };

const HEADER = Buffer.from([0x42, 0x43, 0x4d, 0x4c, 1, 0, 0, 0]);
const WHAT = { missed: 1, indexed: 2, 'segment-missed': 3, 'segment-indexed': 4 } as const;
const LENGTH_BYTES = 8;
/** Longest record read: what is written has at most {@link MAX_RECORD_KEYS} keys of 255 bytes. */
const MAX_RECORD_BYTES: ByteCount = 2 * 1024 * 1024;
/** Keys a record at most; a writer cuts longer lists. */
export const MAX_RECORD_KEYS = 4096;
/** Read at a time when the log is opened. */
const READ_BYTES: ByteCount = 4 * 1024 * 1024;

export class MissedLog {
  /** Stretches that were left out when it was opened: what they said is not known. */
  readonly damaged: number;
  readonly #path: string;
  #file: FileHandle;
  /** Length of the log that is known to be good: where the next record goes. */
  #byteCount: ByteCount;

  private constructor(path: string, file: FileHandle, byteCount: ByteCount, damaged: number) {
    this.damaged = damaged;
    this.#path = path;
    this.#file = file;
    this.#byteCount = byteCount;
  }

  /**
   * @param onRecord told each record that is there, in order
   * @throws BytecopyError `STORE_NEWER` (exit code 2), `STORE_IO`, `STORE_FULL`
   */
  static async open(path: string, onRecord: (record: MissedRecord) => void): Promise<MissedLog> {
    try {
      const file = await open(path, 'r+', 0o600).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return open(path, 'w+', 0o600);
      });
      try {
        const { byteCount, damaged } = await readRecords(file, path, onRecord);
        await file.truncate(byteCount);
        return new MissedLog(path, file, byteCount, damaged);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw toStoreError(error, path);
    }
  }

  get byteCount(): ByteCount {
    return this.#byteCount;
  }

  get holdsRecords(): boolean {
    return this.#byteCount > HEADER.length;
  }

  /** Synced when it resolves; what a failed call left behind is written over by the next one. */
  async append(records: readonly MissedRecord[]): Promise<void> {
    try {
      const bytes = Buffer.concat([...(this.#byteCount === 0 ? [HEADER] : []), ...records.map(encodeRecord)]);
      await writeFully(this.#file, bytes, this.#byteCount);
      await this.#file.datasync();
      this.#byteCount += bytes.length;
    } catch (error) {
      throw toStoreError(error, this.#path);
    }
  }

  /** The log becomes these records alone: written beside it, synced and renamed. */
  async replace(records: Iterable<MissedRecord>): Promise<void> {
    const beside = `${this.#path}.new`;
    try {
      const file = await open(beside, 'w+', 0o600);
      let byteCount = HEADER.length;
      try {
        await writeFully(file, HEADER, 0);
        for (const record of records) {
          const bytes = encodeRecord(record);
          await writeFully(file, bytes, byteCount);
          byteCount += bytes.length;
        }
        await file.datasync();
        await rename(beside, this.#path);
      } catch (error) {
        await file.close();
        throw error;
      }
      await this.#file.close();
      this.#file = file;
      this.#byteCount = byteCount;
    } catch (error) {
      throw toStoreError(error, this.#path);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export function encodeRecord(record: MissedRecord): Buffer {
  const keys = 'keys' in record ? record.keys : [];
  const segment = Buffer.from(record.segment, 'latin1');
  const head = Buffer.from([WHAT[record.what], segment.length]);
  const body = Buffer.concat([head, segment, Buffer.from([keys[0]?.length ?? 0]), ...keys]);
  const lengths = Buffer.allocUnsafe(LENGTH_BYTES);
  lengths.writeUInt32BE(body.length, 0);
  lengths.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([lengths, body]);
}

/** @returns the record at the start of the bytes and its length; undefined for none that is whole */
export function decodeRecord(bytes: Buffer): { record: MissedRecord; byteCount: ByteCount } | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const length = bytes.readUInt32BE(0);
  if (length > MAX_RECORD_BYTES || bytes.length < LENGTH_BYTES + length || length < 3) return undefined;
  const body = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  if (crc32(body) !== bytes.readUInt32BE(4)) return undefined;
  const segmentBytes = body[1] as number;
  if (length < 3 + segmentBytes) return undefined;
  const segment = body.toString('latin1', 2, 2 + segmentBytes);
  if (parseSegment(segment) === undefined) return undefined;
  const record = toRecord(
    body[0] as number,
    segment,
    body[2 + segmentBytes] as number,
    body.subarray(3 + segmentBytes),
  );
  return record === undefined ? undefined : { record, byteCount: LENGTH_BYTES + length };
}

function toRecord(what: number, segment: Segment, keyBytes: number, keys: Buffer): MissedRecord | undefined {
  switch (what) {
    case WHAT['segment-missed']:
      return { what: 'segment-missed', segment };
    case WHAT['segment-indexed']:
      return { what: 'segment-indexed', segment };
    case WHAT.missed:
    case WHAT.indexed: {
      if (keyBytes === 0 || keys.length % keyBytes !== 0) return undefined;
      const cut: Buffer[] = [];
      for (let at = 0; at < keys.length; at += keyBytes) cut.push(keys.subarray(at, at + keyBytes));
      return { what: what === WHAT.missed ? 'missed' : 'indexed', segment, keys: cut };
    }
    default:
      return undefined;
  }
}

/** @returns bytes up to the end of the last whole record, 0 for a log that was never begun; and stretches that are damaged before it */
async function readRecords(
  file: FileHandle,
  path: string,
  onRecord: (record: MissedRecord) => void,
): Promise<{ readonly byteCount: ByteCount; readonly damaged: number }> {
  const header = Buffer.alloc(HEADER.length);
  const { bytesRead } = await file.read(header, 0, header.length, 0);
  if (bytesRead < header.length || header.compare(HEADER, 0, 4, 0, 4) !== 0) return { byteCount: 0, damaged: 0 };
  if (header[4] !== HEADER[4]) {
    throw new BytecopyError('STORE_NEWER', `${path} is of version ${header[4]}; this build reads ${HEADER[4]}`, {
      hint: 'use the newer bytecopy that wrote it',
      exitCode: 2,
    });
  }
  let at = HEADER.length;
  let good = at;
  let damaged = 0;
  for (;;) {
    // Keys are views of it: one a reading.
    const chunk = Buffer.allocUnsafe(READ_BYTES);
    const { bytesRead: byteCount } = await file.read(chunk, 0, chunk.length, at);
    const bytes = chunk.subarray(0, byteCount);
    const isLast = byteCount < chunk.length;
    let used = 0;
    for (;;) {
      const start = nextRecord(bytes, used);
      const found = start === undefined ? undefined : decodeRecord(bytes.subarray(start));
      if (start === undefined || found === undefined) break;
      if (at + start > good) damaged++;
      onRecord(found.record);
      used = start + found.byteCount;
      good = at + used;
    }
    if (isLast) return { byteCount: good, damaged };
    // What is behind may be the beginning of a record.
    at += Math.max(used, byteCount - MAX_RECORD_BYTES - LENGTH_BYTES);
  }
}

/** Where the next whole record begins: behind a damaged one its length cannot be trusted, so that each byte is tried. */
function nextRecord(bytes: Buffer, from: number): number | undefined {
  for (let start = from; start + LENGTH_BYTES < bytes.length; start++) {
    if (decodeRecord(bytes.subarray(start)) !== undefined) return start;
  }
  return undefined;
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
