/** Where a key lies among the shards of its bucket or table: part of what is stored, never to change. */
import { crc32 } from 'node:zlib';

export const MAX_SHARDS = 64;

/** @param shards 1 to {@link MAX_SHARDS} */
export function shardOf(key: Uint8Array, shards: number): number {
  return crc32(key) % shards;
}
