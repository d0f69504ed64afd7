/** Applies content and transfer codings: the other way of `view/content-coding.ts`. */
import zlib from 'node:zlib';

/** @param coding one that can be undone */
export function encodeCoding(coding: string, bytes: Uint8Array): Uint8Array {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.gzipSync(bytes);
    case 'deflate':
      return zlib.deflateSync(bytes);
    case 'br':
      return zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
    default:
      return storedZstd(bytes);
  }
}

/** As servers send what they compress on the way; the best one is hundreds of times slower. */
const BROTLI_QUALITY = 4;

const MAX_BLOCK_BYTES = 128 * 1024;
/** Magic, then: single segment, content size in 4 octets. */
const FRAME_HEAD = Buffer.from('28b52ffda0', 'hex');

/** A Zstandard frame of raw blocks (RFC 8878, section 3.1.1): right, not small. */
function storedZstd(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / MAX_BLOCK_BYTES));
  const out = Buffer.alloc(FRAME_HEAD.length + 4 + 3 * blocks + bytes.length);
  out.set(FRAME_HEAD);
  let at = out.writeUInt32LE(bytes.length, FRAME_HEAD.length);
  for (let block = 0; block < blocks; block++) {
    const piece = bytes.subarray(block * MAX_BLOCK_BYTES, (block + 1) * MAX_BLOCK_BYTES);
    const isLast = block === blocks - 1 ? 1 : 0;
    at = out.writeUIntLE(piece.length * 8 + isLast, at, 3);
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
