/**
 * A block: up to 64 exchanges of one service and one time slice, in the order of their ids, compressed as one.
 *
 *     0       4         5       6       7          8        12          18
 *     +-------+---------+-------+-------+----------+--------+-----------+-----------
 *     | BCBK  | version | codec | count | cipher   | crc32  | sequence  | body …
 *     |       | u8      | u8    | u8    | u8       | u32    | u48       |
 *     +-------+---------+-------+-------+----------+--------+-----------+-----------
 *
 * Numbers in the header are big-endian. The checksum is over bytes 0–7 and 12 to the end, as they are on disk: it is
 * checked without any key. The body is the payload, packed as `codec` says (`block-codec.ts`) and then encrypted where
 * `cipher` is 1 (`block-cipher.ts`), which covers the header too.
 *
 * Version 1 was the first; its byte 7 was 0 and meant nothing, its payload was `payload-v1.ts`: exchanges as in the
 * schema, which say everything anew. Version 2 makes that byte the cipher, so that blocks can be encrypted with the key
 * of their segment, and the payload that of `payload.ts`, where exchanges name what they share: a third of the time to
 * read, half of it to make.
 */
import { crc32 } from 'node:zlib';
import { type ByteCount, type Exchange, MAX_INDEX_POSITIONS } from '../../core/index.ts';
import { type BlockKeyMaterial, bodyKeyId, decryptBody, encryptBody } from './block-cipher.ts';
import { pack, unpack } from './block-codec.ts';
import { unpackPayload } from './payload.ts';
import { unpackPayloadV1 } from './payload-v1.ts';

export const MAX_BLOCK_EXCHANGES = MAX_INDEX_POSITIONS;
/** Encoded bytes after which a block is cut, so that reading one exchange never unpacks more than this and itself. */
export const MAX_BLOCK_BYTES: ByteCount = 512 * 1024;

const MAGIC = 0x4243424b;
const VERSION = 2;
const OLDEST_READABLE_VERSION = 1;
const HEADER_BYTES = 18;
const CIPHER = { none: 0, aes256Gcm: 1 } as const;

export interface Block {
  readonly sequence: number;
  readonly count: number;
  /**
   * Exchanges of the positions whose bits are set, in order: bit n of `low` is position n, bit n of `high` position 32 + n.
   * Their bytes are views of the block.
   *
   * @throws BytecopyError `STORE_CORRUPT_BLOCK`, `SCHEMA_INVALID` when the payload is not what a block holds
   */
  exchanges(low: number, high: number): readonly Exchange[];
}

/** What a block says before it is unpacked; its checksum was right. */
export interface BlockHeader {
  readonly version: number;
  readonly sequence: number;
  readonly count: number;
  readonly codec: number;
  /** Id of the key that opens the body; empty where it is not encrypted. */
  readonly keyId: string;
}

/**
 * @param count exchanges in the payload, 1 to 64
 * @param payload as `PayloadPacker` made it
 * @param key of the segment; not encrypted where absent
 * @returns the block's bytes; compressed in the thread pool, beside whatever else runs
 */
export async function encodeBlock(
  sequence: number,
  count: number,
  payload: Buffer,
  key?: BlockKeyMaterial,
): Promise<Buffer> {
  const { codec, body } = await pack(payload);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(MAGIC, 0);
  header[4] = VERSION;
  header[5] = codec;
  header[6] = count;
  header[7] = key === undefined ? CIPHER.none : CIPHER.aes256Gcm;
  header.writeUIntBE(sequence, 12, 6);
  const bodies = key === undefined ? [body] : encryptBody(body, coveredHeader(header), key);
  const block = Buffer.concat([header, ...bodies]);
  block.writeUInt32BE(checksum(block), 8);
  return block;
}

/** @returns what the block says, or what is wrong with the bytes */
export function readBlockHeader(bytes: Uint8Array): BlockHeader | string {
  const block = toBuffer(bytes);
  if (block.length < HEADER_BYTES) return `only ${block.length} bytes`;
  if (block.readUInt32BE(0) !== MAGIC) return 'no block magic';
  const version = block[4] as number;
  if (version < OLDEST_READABLE_VERSION || version > VERSION) {
    return `block version ${version}, this build reads ${OLDEST_READABLE_VERSION} to ${VERSION}`;
  }
  if (block.readUInt32BE(8) !== checksum(block)) return 'checksum does not match';
  const [codec, count, cipher] = [block[5] as number, block[6] as number, block[7] as number];
  if (count === 0 || count > MAX_BLOCK_EXCHANGES) return `${count} exchanges announced`;
  const sequence = block.readUIntBE(12, 6);
  if (cipher === CIPHER.none || version === 1) return { version, sequence, count, codec, keyId: '' };
  if (cipher !== CIPHER.aes256Gcm) return `cipher ${cipher}, this build reads 0 and 1`;
  const keyId = bodyKeyId(block.subarray(HEADER_BYTES));
  return keyId === undefined ? 'too short for its cipher' : { version, sequence, count, codec, keyId };
}

/**
 * @param header as {@link readBlockHeader} read it from these bytes
 * @param key that the header names; not used where it names none
 * @returns the block, or what is wrong with it
 */
export async function decodeBlock(
  bytes: Uint8Array,
  header: BlockHeader,
  key?: BlockKeyMaterial,
): Promise<Block | string> {
  const block = toBuffer(bytes);
  const { version, sequence, count, codec, keyId } = header;
  let body: Buffer | undefined = block.subarray(HEADER_BYTES);
  if (keyId !== '') {
    if (key === undefined) return `its key ${keyId} is not there`;
    body = decryptBody(body, coveredHeader(block), key);
    if (body === undefined) return `key ${keyId} does not open it`;
  }
  const payload = await unpack(codec, body);
  if (typeof payload === 'string') return payload;
  const unpacked = version === 1 ? unpackPayloadV1 : unpackPayload;
  return { sequence, count, exchanges: (low, high) => unpacked(payload, count, low, high) };
}

/** What of the header the cipher's tag covers: all but the checksum, which is over the ciphertext. */
function coveredHeader(block: Buffer): Buffer {
  return Buffer.concat([block.subarray(0, 8), block.subarray(12, HEADER_BYTES)]);
}

function checksum(block: Buffer): number {
  return crc32(block.subarray(12), crc32(block.subarray(0, 8)));
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
