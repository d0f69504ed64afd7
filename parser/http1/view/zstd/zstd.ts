/**
 * Zstandard streams (RFC 8878) decoded in linear time and bounded memory, whatever their bytes say.
 *
 *   magic:4  descriptor:1  [window:1]  [dictionary id:0-4]  [content size:0-8]  block…  [checksum:4]
 *   block: last:1 type:2 size:21 (little-endian)  raw octets | one octet to repeat | literals and sequences
 *
 * By hand because Node 20 has none, and the packages that decode it take quadratic time or gigabytes for some bytes.
 * Frames follow each other; skippable ones are skipped. Checksums are not checked; dictionaries are not known.
 */
import type { ByteCount } from '../../../../core/index.ts';
import type { Decoded } from '../decoded.ts';
import type { HuffmanTable } from './huffman-table.ts';
import { littleEndian, MAX_BLOCK_BYTES, readLiterals } from './literals.ts';
import { Output, OutputFull } from './output.ts';
import { decodeSequences, firstSequenceState } from './sequences.ts';
import { ZstdError } from './zstd-error.ts';

const MAGIC = 0xfd2f_b528;
const SKIPPABLE = 0x184d_2a50;
const CHECKSUM_BYTES = 4;
const BLOCK_HEAD_BYTES = 3;

/** The bytes end before the stream does. */
class StreamCut extends Error {
  override readonly name = 'StreamCut';
}

/** What could be decoded; a block that is cut gives nothing, a broken one what comes before the break. */
export function decodeZstd(bytes: Uint8Array, maxBytes: ByteCount): Decoded {
  const out = new Output(maxBytes, Math.min(4 * bytes.length, MAX_BLOCK_BYTES));
  try {
    let at = 0;
    while (at < bytes.length) at = decodeFrame(bytes, at, out);
    return { bytes: out.bytes, state: 'complete' };
  } catch (error) {
    if (error instanceof OutputFull) return { bytes: out.bytes, state: 'bomb' };
    if (error instanceof StreamCut) return { bytes: out.bytes, state: 'incomplete' };
    if (error instanceof ZstdError) return { bytes: out.bytes, state: 'broken' };
    throw error;
  }
}

/** @returns position behind the frame */
function decodeFrame(bytes: Uint8Array, start: number, out: Output): number {
  const magic = number(bytes, start, 4);
  if (magic - (magic % 16) === SKIPPABLE) return skip(bytes, start + 8, number(bytes, start + 4, 4));
  if (magic !== MAGIC) throw new ZstdError('no frame');
  const descriptor = number(bytes, start + 4, 1);
  if ((descriptor & 0x08) !== 0) throw new ZstdError('reserved bit');
  const singleSegment = (descriptor >> 5) & 1;
  const sizeForm = descriptor >> 6;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const sizeBytes = sizeForm === 0 ? singleSegment : 2 ** sizeForm;
  const windowBytes = 1 - singleSegment;
  if (dictionaryBytes > 0 && number(bytes, start + 5 + windowBytes, dictionaryBytes) !== 0) {
    throw new ZstdError('a dictionary is needed');
  }
  const blocks = skip(bytes, start + 5, windowBytes + dictionaryBytes + sizeBytes);
  const end = decodeBlocks(bytes, blocks, out);
  return (descriptor & 0x04) === 0 ? end : skip(bytes, end, CHECKSUM_BYTES);
}

function decodeBlocks(bytes: Uint8Array, start: number, out: Output): number {
  const sequences = firstSequenceState();
  let literalTable: HuffmanTable | undefined;
  out.beginFrame();
  let at = start;
  while (true) {
    const head = number(bytes, at, BLOCK_HEAD_BYTES);
    const size = head >> 3;
    at += BLOCK_HEAD_BYTES;
    out.beginBlock();
    switch ((head >> 1) & 3) {
      case 0: {
        const end = Math.min(at + size, bytes.length);
        out.write(bytes.subarray(at, end));
        at = skip(bytes, at, size);
        break;
      }
      case 1:
        out.fill(number(bytes, at, 1), size);
        at++;
        break;
      case 2: {
        const end = skip(bytes, at, size);
        if (size > MAX_BLOCK_BYTES) throw new ZstdError('block too long');
        const literals = readLiterals(bytes, at, end, literalTable);
        literalTable = literals.table;
        decodeSequences(bytes, literals.at, end, literals.bytes, sequences, out);
        at = end;
        break;
      }
      default:
        throw new ZstdError('reserved block type');
    }
    if ((head & 1) === 1) return at;
  }
}

function number(bytes: Uint8Array, at: number, width: number): number {
  if (at + width > bytes.length) throw new StreamCut();
  return littleEndian(bytes, at, width, bytes.length);
}

function skip(bytes: Uint8Array, at: number, count: number): number {
  if (at + count > bytes.length) throw new StreamCut();
  return at + count;
}
