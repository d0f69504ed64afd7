/**
 * Lists of keys: what a stretch of time holds, without walking its values.
 *
 *   stretch  list of a put   key → crc32, then each key behind its length      4 + 16 + 4 bytes and the first key
 *     │      list of a put   …
 *     │      block           key → value
 *     ▼      block           …
 *
 * LevelDB walks keys by way of the values that they stand among; a dense stretch has thousands, and who asks for one
 * block needs all their keys. So each put also leaves one entry a stretch, the first 4 bytes of its keys, with all of
 * them. Lists stand at the start of their stretch: keys go on rising with time, and tables stay apart.
 *
 *     list key    | stretch, 4 bytes | MAGIC, 16 bytes | crc32 of the value | first key of the list |
 *     list value  | length u32 | key | length u32 | key | …     big-endian
 *     mark        | MAGIC |                                     every key of this folder is in a list
 *
 * The mark is in the first batch of a folder. Folders of builds before have none, and are walked; so is a stretch with
 * a list that is not what its checksum says. Lists of keys that were put again say them again.
 */
import { crc32 } from 'node:zlib';
import type { ByteCount } from '../../core/index.ts';

export const STRETCH_BYTES: ByteCount = 4;

/** Begins with zeros, to come first. */
const MAGIC = Buffer.from('0000000000000000424b4c49535424a7', 'hex');
const FIRST_KEY_AT = STRETCH_BYTES + MAGIC.length + 4;

/** Key of the entry that says that all keys are in lists. */
export const MARK_KEY: Buffer = MAGIC;

export interface KeyList {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Whether a key of the folder is one of this file's and no block's. */
export function isReservedKey(key: Uint8Array): boolean {
  return (
    (key.length >= FIRST_KEY_AT && isMagic(key, STRETCH_BYTES)) || (key.length === MAGIC.length && isMagic(key, 0))
  );
}

/** @returns undefined for a key that is too short to be in a list, which is found by walking */
export function stretchOf(key: Uint8Array): number | undefined {
  if (key.length < STRETCH_BYTES) return undefined;
  return new DataView(key.buffer, key.byteOffset, STRETCH_BYTES).getUint32(0);
}

/** Lists of the keys of one put, one a stretch; keys shorter than a stretch's are in none. */
export function toKeyLists(keys: readonly Buffer[]): readonly KeyList[] {
  const stretches = new Map<number, Buffer[]>();
  for (const key of keys) {
    const stretch = stretchOf(key);
    if (stretch === undefined) continue;
    const listed = stretches.get(stretch);
    if (listed === undefined) stretches.set(stretch, [key]);
    else listed.push(key);
  }
  return [...stretches.values()].map(toList);
}

function toList(keys: Buffer[]): KeyList {
  keys.sort(compareKeys); // in order, so that sorting several lists together is merging them
  const value = Buffer.allocUnsafe(keys.reduce((byteCount, key) => byteCount + 4 + key.length, 0));
  let at = 0;
  for (const key of keys) {
    value.writeUInt32BE(key.length, at);
    key.copy(value, at + 4);
    at += 4 + key.length;
  }
  const first = keys[0] as Buffer;
  const checksum = Buffer.allocUnsafe(4);
  checksum.writeUInt32BE(crc32(value));
  return { key: Buffer.concat([first.subarray(0, STRETCH_BYTES), MAGIC, checksum, first]), value };
}

/** Where the lists of a stretch are; `to` is exclusive. */
export function listBounds(stretch: number): { readonly from: Buffer; readonly to: Buffer } {
  const from = Buffer.alloc(STRETCH_BYTES + MAGIC.length);
  from.writeUInt32BE(stretch);
  MAGIC.copy(from, STRETCH_BYTES);
  const to = Buffer.from(from);
  to[to.length - 1] = (to[to.length - 1] as number) + 1;
  return { from, to };
}

/** @returns the keys of a list, views of its value; undefined where it is damaged */
export function readKeyList({ key, value }: KeyList): readonly Buffer[] | undefined {
  if (key.length < FIRST_KEY_AT || key.readUInt32BE(FIRST_KEY_AT - 4) !== crc32(value)) return undefined;
  const keys: Buffer[] = [];
  for (let at = 0; at < value.length; ) {
    if (at + 4 > value.length) return undefined;
    const end = at + 4 + value.readUInt32BE(at);
    if (end > value.length) return undefined;
    keys.push(value.subarray(at + 4, end));
    at = end;
  }
  return keys;
}

/** Unsigned byte order. Not `Buffer.compare`: crossing into native code costs more than the few bytes that are looked at. */
export function compareKeys(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  for (let i = 0; i < length; i++) {
    const difference = (one[i] as number) - (other[i] as number);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function isMagic(key: Uint8Array, at: number): boolean {
  for (let i = 0; i < MAGIC.length; i++) if (key[at + i] !== MAGIC[i]) return false;
  return true;
}
