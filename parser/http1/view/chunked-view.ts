/**
 * The data of a chunked body (RFC 9112, section 7.1) and its trailer section.
 *
 *   size(hex) [ ";" extension ] CRLF  data CRLF   …   "0" CRLF  *( trailer field CRLF )  CRLF
 *
 * As lenient as the framing that found the body's end. Bytes missing within data are stepped over; where they hold
 * framing, what follows is unknown and left out.
 */
import type { ByteCount } from '../../../core/index.ts';
import type { Hole, KeptBody } from './message-bytes.ts';

const CR = 0x0d;
const HTAB = 0x09;
const LF = 0x0a;
const SP = 0x20;

export interface ChunkedView {
  readonly data: Uint8Array;
  /** Data before the first missing byte. */
  readonly contiguousByteCount: ByteCount;
  /** Where the trailer section begins and ends in the body, the empty line included; equal where it was not reached. */
  readonly trailerStart: number;
  readonly trailerEnd: number;
  readonly state: 'complete' | 'incomplete' | 'broken';
}

/**
 * @param onPiece told where each run of data lies in the body
 * @returns data as a view of the body where it is one piece, a copy otherwise
 */
export function readChunked(
  { bytes, holes }: KeptBody,
  onPiece?: (at: number, byteCount: ByteCount) => void,
): ChunkedView {
  let data = bytes.subarray(0, 0);
  let copied = false;
  let at = 0;
  let hole = 0;
  let kept = 0;
  let contiguous = -1;
  const take = (byteCount: number) => {
    onPiece?.(at, byteCount);
    const piece = bytes.subarray(at, at + byteCount);
    if (kept === 0) data = piece;
    else {
      if (!copied) data = grown(data, bytes.length);
      copied = true;
      data.set(piece, kept);
    }
    kept += byteCount;
    at += byteCount;
  };
  const ended = (state: ChunkedView['state'], trailerStart = at, trailerEnd = at): ChunkedView => ({
    data: data.subarray(0, kept),
    contiguousByteCount: contiguous < 0 ? kept : contiguous,
    trailerStart,
    trailerEnd,
    state,
  });
  while (true) {
    const lineEnd = bytes.indexOf(LF, at);
    const next = holes[hole];
    if (next !== undefined && (lineEnd < 0 || next.at <= lineEnd)) return ended('incomplete');
    const size = readSize(bytes, at, lineEnd < 0 ? bytes.length : lineEnd);
    if (size < 0) return ended(lineEnd < 0 && size === UNFINISHED ? 'incomplete' : 'broken');
    if (lineEnd < 0) return ended('incomplete');
    at = lineEnd + 1;
    if (size === 0) {
      const trailerEnd = endOfTrailers(bytes, at, holes[hole]);
      return trailerEnd < 0 ? ended('incomplete') : ended('complete', at, trailerEnd);
    }
    let remaining = size;
    while (remaining > 0) {
      const gap = holes[hole];
      const here = Math.min(remaining, (gap?.at ?? bytes.length) - at, bytes.length - at);
      if (here > 0) take(here);
      remaining -= here;
      if (remaining === 0) break;
      if (contiguous < 0) contiguous = kept;
      if (gap === undefined || gap.byteCount > remaining) return ended('incomplete');
      remaining -= gap.byteCount;
      hole++;
    }
    const gap = holes[hole];
    if (gap !== undefined && gap.at <= at + 1) return ended('incomplete');
    if (bytes[at] === CR) at++;
    if (at >= bytes.length) return ended('incomplete');
    if (bytes[at] !== LF) return ended('broken');
    at++;
  }
}

/** A copy with room for so many bytes. */
function grown(bytes: Uint8Array, byteCount: number): Uint8Array {
  const larger = new Uint8Array(byteCount);
  larger.set(bytes);
  return larger;
}

/** The line ended before its size did. */
const UNFINISHED = -1;
const NO_SIZE = -2;

function readSize(bytes: Uint8Array, from: number, lineEnd: number): number {
  let at = from;
  while (at < lineEnd && (bytes[at] === SP || bytes[at] === HTAB)) at++;
  let size = 0;
  const start = at;
  for (; at < lineEnd; at++) {
    const digit = hexDigit(bytes[at] as number);
    if (digit < 0) break;
    size = Math.min(size * 16 + digit, Number.MAX_SAFE_INTEGER);
  }
  if (at > start) return size;
  return at === lineEnd ? UNFINISHED : NO_SIZE;
}

function endOfTrailers(bytes: Uint8Array, from: number, hole: Hole | undefined): number {
  let at = from;
  while (true) {
    const lineEnd = bytes.indexOf(LF, at);
    if (lineEnd < 0 || (hole !== undefined && hole.at <= lineEnd)) return -1;
    if (lineEnd === at || (lineEnd === at + 1 && bytes[at] === CR)) return lineEnd + 1;
    at = lineEnd + 1;
  }
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
