/**
 * Undoes one content or transfer coding (RFC 9110, section 8.4.1; RFC 7932; RFC 8878), within bounds and without throwing.
 *
 * What is cut gives everything up to the cut. What is broken gives what comes before the break: the longest prefix that
 * decodes is searched for, to within 1/65536 of the input, because zlib keeps nothing of what failed. Cost: a constant
 * number of decodings, each at most `maxBytes` long.
 */
import zlib from 'node:zlib';
import type { ByteCount } from '../../../core/index.ts';
import type { Decoded, Decoder } from './decoded.ts';
import { decodeZstd } from './zstd/zstd.ts';

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  ['deflate', decodeDeflate],
  ['br', decodeBrotli],
  ['zstd', decodeZstd],
]);

/** Steps of the search for a break: 2^16 places. */
const SEARCH_PLACES = 65_536;

export function isKnownCoding(coding: string): boolean {
  return DECODERS.has(coding);
}

/**
 * @param coding one of those {@link isKnownCoding} knows
 * @param bytes not empty
 */
export function decodeCoding(coding: string, bytes: Uint8Array, maxBytes: ByteCount): Decoded {
  const decode = DECODERS.get(coding) as Decoder;
  return decode(bytes, maxBytes);
}

function decodeGzip(bytes: Uint8Array, maxBytes: ByteCount): Decoded {
  return inflated(zlib.gunzipSync, zlib.constants.Z_SYNC_FLUSH, bytes, maxBytes);
}

/** With the zlib wrapper as the RFC says, or raw as some servers send it. */
function decodeDeflate(bytes: Uint8Array, maxBytes: ByteCount): Decoded {
  const [first, second] = beginsZlib(bytes)
    ? [zlib.inflateSync, zlib.inflateRawSync]
    : [zlib.inflateRawSync, zlib.inflateSync];
  const decoded = inflated(first, zlib.constants.Z_SYNC_FLUSH, bytes, maxBytes);
  if (decoded.state !== 'broken') return decoded;
  const other = attempt(second, {}, bytes, maxBytes);
  return typeof other === 'string' ? decoded : { bytes: other, state: 'complete' };
}

function decodeBrotli(bytes: Uint8Array, maxBytes: ByteCount): Decoded {
  return inflated(zlib.brotliDecompressSync, zlib.constants.BROTLI_OPERATION_FLUSH, bytes, maxBytes);
}

type SyncDecoder = (bytes: Uint8Array, options: { finishFlush?: number; maxOutputLength: number }) => Uint8Array;
type Failure = 'cut' | 'bomb' | 'broken';

function inflated(decode: SyncDecoder, flush: number, bytes: Uint8Array, maxBytes: ByteCount): Decoded {
  const result = attempt(decode, {}, bytes, maxBytes);
  if (typeof result !== 'string') return { bytes: result, state: 'complete' };
  const upTo = (byteCount: number) => attempt(decode, { finishFlush: flush }, bytes.subarray(0, byteCount), maxBytes);
  switch (result) {
    case 'cut': {
      const beginning = upTo(bytes.length);
      return typeof beginning === 'string'
        ? { bytes: longestPrefix(upTo, bytes.length), state: 'broken' }
        : { bytes: beginning, state: 'incomplete' };
    }
    case 'bomb':
    case 'broken':
      return { bytes: longestPrefix(upTo, bytes.length), state: result };
    default:
      return result satisfies never;
  }
}

function attempt(
  decode: SyncDecoder,
  options: { finishFlush?: number },
  bytes: Uint8Array,
  maxBytes: ByteCount,
): Uint8Array | Failure {
  try {
    return decode(bytes, { ...options, maxOutputLength: maxBytes });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'Z_BUF_ERROR') return 'cut';
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'bomb' : 'broken';
  }
}

/** Doubles the prefix while it decodes, then halves the step between what does and what does not. */
function longestPrefix(upTo: (byteCount: number) => Uint8Array | Failure, byteCount: number): Uint8Array {
  const step = Math.max(1, Math.ceil(byteCount / SEARCH_PLACES));
  let found: Uint8Array = new Uint8Array(0);
  let good = 0;
  let bad = byteCount;
  for (let tried = step; tried < bad; tried *= 2) {
    const bytes = upTo(tried);
    if (typeof bytes === 'string') bad = tried;
    else {
      found = bytes;
      good = tried;
    }
  }
  while (bad - good > step) {
    const tried = good + Math.floor((bad - good) / 2);
    const bytes = upTo(tried);
    if (typeof bytes === 'string') bad = tried;
    else {
      found = bytes;
      good = tried;
    }
  }
  return found;
}

/** RFC 1950, section 2.2: method 8, and both octets a multiple of 31. */
function beginsZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
