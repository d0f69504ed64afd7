/**
 * Data key of a block: tells what is in it, so that a scan decides by keys what it must open.
 *
 *     0         4          8        11       14          20       21
 *     +---------+----------+--------+--------+-----------+--------+
 *     | slice   | service  | first  | last   | sequence  | count  |   big-endian: byte order is the order of time
 *     | u32     | hash u32 | u24    | u24    | u48       | u8     |
 *     +---------+----------+--------+--------+-----------+--------+
 *
 * `first` and `last` are µs within the slice. The slice comes before the service, so that keys rise as time goes: what
 * LevelDB writes is moved from level to level and never merged (figures in the README). The service is hashed to keep
 * keys of one length; two services of one hash cost a test of what is read. The sequence numbers the blocks of a store
 * without a gap, in the order they were written.
 */
import { crc32 } from 'node:zlib';
import type { Micros } from '../../core/index.ts';
import { SLICE_MICROS, type Slice } from './time-slice.ts';

export const BLOCK_KEY_BYTES = 21;

export interface BlockKey {
  readonly slice: Slice;
  readonly serviceHash: number;
  /** Time of the first and of the last exchange in the block, µs since the epoch. */
  readonly firstAt: Micros;
  readonly lastAt: Micros;
  /** From 1. */
  readonly sequence: number;
  /** Exchanges in the block, 1 to 64. */
  readonly count: number;
}

export function hashService(service: string): number {
  return crc32(service);
}

export function encodeBlockKey(key: BlockKey): Buffer {
  const bytes = Buffer.allocUnsafe(BLOCK_KEY_BYTES);
  const start = key.slice * SLICE_MICROS;
  bytes.writeUInt32BE(key.slice, 0);
  bytes.writeUInt32BE(key.serviceHash, 4);
  bytes.writeUIntBE(key.firstAt - start, 8, 3);
  bytes.writeUIntBE(key.lastAt - start, 11, 3);
  bytes.writeUIntBE(key.sequence, 14, 6);
  bytes[20] = key.count;
  return bytes;
}

/** @returns undefined for bytes that are no block key */
export function decodeBlockKey(key: Uint8Array): BlockKey | undefined {
  if (key.length !== BLOCK_KEY_BYTES) return undefined;
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length);
  const slice = bytes.readUInt32BE(0);
  const start = slice * SLICE_MICROS;
  const [first, last] = [bytes.readUIntBE(8, 3), bytes.readUIntBE(11, 3)];
  const count = bytes[20] as number;
  if (first > last || last >= SLICE_MICROS || count === 0 || count > 64) return undefined;
  return {
    slice,
    serviceHash: bytes.readUInt32BE(4),
    firstAt: start + first,
    lastAt: start + last,
    sequence: bytes.readUIntBE(14, 6),
    count,
  };
}

/** First key of a slice. */
export function sliceStartKey(slice: Slice): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(Math.min(Math.max(slice, 0), 0xffff_ffff));
  return bytes;
}

/** First key of a service's blocks within a slice. @param hash one beyond the last is where the next slice begins */
export function serviceStartKey(slice: Slice, hash: number): Buffer {
  if (hash > 0xffff_ffff) return sliceStartKey(slice + 1);
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(Math.min(Math.max(slice, 0), 0xffff_ffff));
  bytes.writeUInt32BE(hash, 4);
  return bytes;
}
