/**
 * The literals section of a compressed block (RFC 8878, section 3.1.1.3.1).
 *
 *   type:2 format:2 size:5…20 [ coded size:10…18 ]   then raw octets, one octet to repeat, or Huffman streams
 */
import { decodeHuffman, type HuffmanTable, readHuffmanTable } from './huffman-table.ts';
import { ZstdError } from './zstd-error.ts';

export const MAX_BLOCK_BYTES = 128 * 1024;

export interface Literals {
  readonly bytes: Uint8Array;
  /** Position behind the section. */
  readonly at: number;
  /** What the next block may use again. */
  readonly table: HuffmanTable | undefined;
}

export function readLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
  before: HuffmanTable | undefined,
): Literals {
  const head = octet(bytes, start, end);
  const type = head & 3;
  const format = (head >> 2) & 3;
  if (type < 2) {
    const width = format === 1 ? 2 : format === 3 ? 3 : 1;
    const size = littleEndian(bytes, start, width, end) >> (width === 1 ? 3 : 4);
    checkSize(size);
    const at = start + width;
    if (type === 1) return { bytes: new Uint8Array(size).fill(octet(bytes, at, end)), at: at + 1, table: before };
    if (at + size > end) throw new ZstdError('literals cut');
    return { bytes: bytes.subarray(at, at + size), at: at + size, table: before };
  }
  const width = format < 2 ? 3 : format + 2;
  const sizeBits = format < 2 ? 10 : format === 2 ? 14 : 18;
  const sizes = Math.floor(littleEndian(bytes, start, width, end) / 16);
  const size = sizes % 2 ** sizeBits;
  const codedSize = Math.floor(sizes / 2 ** sizeBits);
  checkSize(size);
  let at = start + width;
  const sectionEnd = at + codedSize;
  if (sectionEnd > end) throw new ZstdError('literals cut');
  let table = before;
  if (type === 2) ({ table, at } = readHuffmanTable(bytes, at, sectionEnd));
  if (table === undefined) throw new ZstdError('no table to use again');
  const out = new Uint8Array(size);
  if (format === 0) decodeHuffman(table, bytes, at, sectionEnd, out);
  else decodeFourStreams(table, bytes, at, sectionEnd, out);
  return { bytes: out, at: sectionEnd, table };
}

/** Three lengths of two octets, then four streams with a quarter of the literals each. */
function decodeFourStreams(table: HuffmanTable, bytes: Uint8Array, start: number, end: number, out: Uint8Array): void {
  const quarter = (out.length + 3) >> 2;
  let at = start + 6;
  for (let i = 0; i < 4; i++) {
    const streamEnd = i === 3 ? end : at + littleEndian(bytes, start + 2 * i, 2, end);
    if (streamEnd > end) throw new ZstdError('literals cut');
    decodeHuffman(table, bytes, at, streamEnd, out.subarray(i * quarter, i === 3 ? out.length : (i + 1) * quarter));
    at = streamEnd;
  }
}

function checkSize(size: number): void {
  if (size > MAX_BLOCK_BYTES) throw new ZstdError('more literals than a block holds');
}

export function octet(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) throw new ZstdError('block cut');
  return bytes[at] as number;
}

/** Up to 6 octets, as an exact number. */
export function littleEndian(bytes: Uint8Array, at: number, width: number, end: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + octet(bytes, at + i, end);
  return value;
}
