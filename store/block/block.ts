/**
 * A block: up to 64 exchanges of one service and one time slice, in the order of their ids, compressed as one.
 *
 *     0       4         5       6       7          8        12          18
 *     +-------+---------+-------+-------+----------+--------+-----------+------------------
 *     | BCBK  | version | codec | count | 0        | crc32  | sequence  | payload …
 *     |       | u8      | u8    | u8    | u8       | u32    | u48       |
 *     +-------+---------+-------+-------+----------+--------+-----------+------------------
 *
 * Numbers in the header are big-endian. The checksum is over bytes 0–7 and 12 to the end. Codec 0 keeps the payload as
 * it is, codec 1 is lz4 behind the payload's length (u32, little-endian). The payload unpacked:
 *
 *     +--------------------------+------------+------------+---
 *     | end of each: count × u32 | exchange 0 | exchange 1 | …     ends count from the start of exchange 0, little-endian
 *     +--------------------------+------------+------------+---
 *
 * with exchanges as `core/schema/exchange.proto` has them. Version 1 is the first.
 */
import { crc32 } from 'node:zlib';
import lz4 from 'lz4-napi';
import { type ByteCount, MAX_INDEX_POSITIONS } from '../../core/index.ts';

export const MAX_BLOCK_EXCHANGES = MAX_INDEX_POSITIONS;
/** Encoded bytes after which a block is cut, so that reading one exchange never unpacks more than this and itself. */
export const MAX_BLOCK_BYTES: ByteCount = 512 * 1024;

const MAGIC = 0x4243424b;
const VERSION = 1;
const HEADER_BYTES = 18;
const CODEC = { raw: 0, lz4: 1 } as const;
/** Payload lengths above this are no block of ours: an exchange in parts stays under the parser's body limit. */
const MAX_PAYLOAD_BYTES: ByteCount = 1024 * 1024 * 1024;

export interface Block {
  readonly sequence: number;
  readonly count: number;
  /** Bytes of the exchange at a position; a view. */
  exchangeBytes(position: number): Uint8Array;
}

/**
 * @param count exchanges in the payload, 1 to 64
 * @param payload as {@link packPayload} made it
 * @returns the block's bytes; compressed in the thread pool, beside whatever else runs
 */
export async function encodeBlock(sequence: number, count: number, payload: Buffer): Promise<Buffer> {
  const packed = await lz4.compress(payload);
  const codec = packed.length < payload.length ? CODEC.lz4 : CODEC.raw;
  const body = codec === CODEC.lz4 ? packed : payload;
  const block = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  block.writeUInt32BE(MAGIC, 0);
  block[4] = VERSION;
  block[5] = codec;
  block[6] = count;
  block[7] = 0;
  block.writeUIntBE(sequence, 12, 6);
  body.copy(block, HEADER_BYTES);
  block.writeUInt32BE(checksum(block), 8);
  return block;
}

/** @returns the block, or what is wrong with the bytes */
export function decodeBlock(bytes: Uint8Array): Block | string {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (block.length < HEADER_BYTES) return `only ${block.length} bytes`;
  if (block.readUInt32BE(0) !== MAGIC) return 'no block magic';
  if (block[4] !== VERSION) return `block version ${block[4]}, this build reads ${VERSION}`;
  if (block.readUInt32BE(8) !== checksum(block)) return 'checksum does not match';
  const payload = unpack(block[5] as number, block.subarray(HEADER_BYTES));
  if (typeof payload === 'string') return payload;
  const count = block[6] as number;
  const bodies = count * 4;
  if (count === 0 || count > MAX_BLOCK_EXCHANGES || payload.length < bodies) return `${count} exchanges announced`;
  const ends = [0];
  for (let position = 0; position < count; position++) {
    const end = payload.readUInt32LE(position * 4);
    if (end < (ends[position] as number) || bodies + end > payload.length) return `exchange ${position} ends at ${end}`;
    ends.push(end);
  }
  return {
    sequence: block.readUIntBE(12, 6),
    count,
    exchangeBytes: (position) =>
      payload.subarray(bodies + (ends[position] as number), bodies + (ends[position + 1] as number)),
  };
}

/** Where an exchange's bytes are in a larger array. */
export interface Span {
  readonly start: ByteCount;
  readonly end: ByteCount;
}

/** Copies exchanges out of the bytes they were written to, behind the table of their ends. */
export function packPayload(source: Uint8Array, spans: readonly Span[]): Buffer {
  const bodies = spans.length * 4;
  let byteCount = bodies;
  for (const span of spans) byteCount += span.end - span.start;
  const payload = Buffer.allocUnsafe(byteCount);
  const from = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  let end = 0;
  for (const [position, span] of spans.entries()) {
    from.copy(payload, bodies + end, span.start, span.end);
    end += span.end - span.start;
    payload.writeUInt32LE(end, position * 4);
  }
  return payload;
}

function unpack(codec: number, body: Buffer): Buffer | string {
  switch (codec) {
    case CODEC.raw:
      return body;
    case CODEC.lz4: {
      if (body.length < 4 || body.readUInt32LE(0) > MAX_PAYLOAD_BYTES) return 'payload length out of range';
      try {
        return lz4.uncompressSync(body);
      } catch (error) {
        return `lz4: ${String(error)}`;
      }
    }
    default:
      return `codec ${codec}, this build reads 0 and 1`;
  }
}

function checksum(block: Buffer): number {
  return crc32(block.subarray(12), crc32(block.subarray(0, 8)));
}
