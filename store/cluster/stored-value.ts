/**
 * A value as a cluster keeps it: whole, or cut into pieces that lie elsewhere, so that no cell is larger than what
 * clusters take well, and lists of keys pass large values by.
 *
 *     +---+-----------                     +---+----------+---------+------------+
 *     | 0 | value …                        | 1 | id       | pieces  | byte count |
 *     +---+-----------                     +---+----------+---------+------------+
 *      u8                                   u8   16 bytes   u32       f64           big-endian
 *
 * Pieces are written first, the reference last: who reads it finds them all. What a replaced value leaves behind is
 * removed with its segment.
 */
import type { ByteCount } from '../../core/index.ts';

/** Longest piece; cells of this size pass the defaults of Cassandra (16 MiB a mutation) and HBase (10 MiB) by far. */
export const PIECE_BYTES: ByteCount = 1024 * 1024;
/** Largest value that is kept whole. */
export const MAX_WHOLE_BYTES: ByteCount = PIECE_BYTES;
/** As the embedded layer's; a value is held in memory once when it is written, once when it is read. */
export const MAX_VALUE_BYTES: ByteCount = 1024 * 1024 * 1024;

const WHOLE = 0;
const CUT = 1;
const ID_BYTES = 16;
const REFERENCE_BYTES = 1 + ID_BYTES + 4 + 8;

export interface PieceReference {
  readonly id: Buffer;
  readonly pieces: number;
  readonly byteCount: ByteCount;
}

export function encodeWhole(value: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(value.length + 1);
  bytes[0] = WHOLE;
  bytes.set(value, 1);
  return bytes;
}

export function encodeReference(reference: PieceReference): Buffer {
  const bytes = Buffer.allocUnsafe(REFERENCE_BYTES);
  bytes[0] = CUT;
  bytes.set(reference.id, 1);
  bytes.writeUInt32BE(reference.pieces, 1 + ID_BYTES);
  bytes.writeDoubleBE(reference.byteCount, 5 + ID_BYTES);
  return bytes;
}

/** @param id 16 random bytes */
export function referenceFor(id: Buffer, value: Uint8Array): PieceReference {
  return { id, pieces: Math.ceil(value.length / PIECE_BYTES), byteCount: value.length };
}

export function pieceOf(value: Uint8Array, piece: number): Uint8Array {
  return value.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
}

/** @returns the value, where its pieces are, or undefined for bytes that nobody of ours wrote */
export function decodeStored(stored: Buffer): Buffer | PieceReference | undefined {
  if (stored[0] === WHOLE) return stored.subarray(1);
  if (stored[0] !== CUT || stored.length !== REFERENCE_BYTES) return undefined;
  const pieces = stored.readUInt32BE(1 + ID_BYTES);
  const byteCount = stored.readDoubleBE(5 + ID_BYTES);
  if (!(byteCount <= MAX_VALUE_BYTES) || Math.ceil(byteCount / PIECE_BYTES) !== pieces) return undefined;
  return { id: stored.subarray(1, 1 + ID_BYTES), pieces, byteCount };
}
