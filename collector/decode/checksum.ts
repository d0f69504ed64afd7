/**
 * Internet checksums: the one's complement of the one's complement sum of 16-bit words (RFC 1071).
 *
 * A captured sender has often left the sum to its network card. Then the field holds 0, or what the card begins with:
 * the sum of the pseudo header, not complemented, with the length or (where the card cuts) without it. Such a field is
 * `partial`: nobody can tell from it whether the bytes are right.
 */
import type { ByteCount } from '../../core/index.ts';
import { readUint16 } from './big-endian.ts';
import type { Segment } from './segment.ts';

export type ChecksumVerdict = 'correct' | 'partial' | 'wrong';

const PROTOCOL_TCP = 6;
/** Of a sum over bytes with their own right checksum among them. */
const ALL_ONES = 0xffff;

/** @param headerBytes all of them captured */
export function judgeIpv4Header(data: Uint8Array, at: ByteCount, headerBytes: ByteCount): ChecksumVerdict {
  if (readUint16(data, at + 10) === 0) return 'partial';
  return fold(sumOfWords(data, at, at + headerBytes)) === ALL_ONES ? 'correct' : 'wrong';
}

/**
 * @param addresses its addresses are those of the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1)
 * @param end of the payload on the wire, all of it captured
 */
export function judgeTcp(addresses: Segment, data: Uint8Array, at: ByteCount, end: ByteCount): ChecksumVerdict {
  const field = readUint16(data, at + 16);
  if (field === 0) return 'partial';
  const byteCount = end - at;
  const pseudo = sumOfAddresses(addresses) + PROTOCOL_TCP;
  const withLength = pseudo + (byteCount >>> 16) + (byteCount & 0xffff);
  if (fold(withLength + sumOfWords(data, at, end)) === ALL_ONES) return 'correct';
  return field === fold(withLength) || field === fold(pseudo) ? 'partial' : 'wrong';
}

function sumOfAddresses(segment: Segment): number {
  return (
    sumOfHalves(segment.source0) +
    sumOfHalves(segment.source1) +
    sumOfHalves(segment.source2) +
    sumOfHalves(segment.source3) +
    sumOfHalves(segment.destination0) +
    sumOfHalves(segment.destination1) +
    sumOfHalves(segment.destination2) +
    sumOfHalves(segment.destination3)
  );
}

function sumOfHalves(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

/** A last single byte counts as the high one of a word. A packet's sum stays far below 2^53. */
function sumOfWords(data: Uint8Array, from: ByteCount, end: ByteCount): number {
  let sum = 0;
  let at = from;
  for (; at + 1 < end; at += 2) sum += readUint16(data, at);
  return at < end ? sum + ((data[at] as number) << 8) : sum;
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return folded;
}
