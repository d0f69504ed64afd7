/**
 * TCP header → segment.
 *
 *     source port 2 · destination port 2 · sequence 4 · acknowledgment 4 · header words 4 bits, flags 12 bits 2 · window 2 ·
 *     checksum 2 · urgent pointer 2 · options
 *
 * Source: RFC 9293 (section 3.1), RFC 7323 (window scale).
 */
import { readInt32, readUint16 } from './big-endian.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import { MAX_WINDOW_SCALE, type Segment, TCP_FLAG } from './segment.ts';

const SYN = TCP_FLAG.syn;
/** Longest IP packet believed where only the capture tells its length; IPv6 jumbograms of segmentation offload stay under it. */
const MAX_PACKET_BYTES = 1024 * 1024;

/**
 * @param segment filled but for what IP and the link layer say
 * @param end of the captured bytes
 * @param ipEnd of the IP packet on the wire
 */
export function readTcp(
  segment: Segment,
  data: Uint8Array,
  at: number,
  end: number,
  ipEnd: number,
): 'segment' | IgnoredReason {
  if (ipEnd - at < 20 || ipEnd - at > MAX_PACKET_BYTES) return 'malformed';
  if (end - at < 20) return 'truncated-header';
  const headerBytes = ((data[at + 12] as number) >> 4) * 4;
  if (headerBytes < 20 || at + headerBytes > ipEnd) return 'malformed';
  const start = at + headerBytes;
  if (start > end) return 'truncated-header';
  segment.sourcePort = readUint16(data, at);
  segment.destinationPort = readUint16(data, at + 2);
  segment.sequence = readInt32(data, at + 4);
  segment.acknowledgment = readInt32(data, at + 8);
  segment.flags = data[at + 13] as number;
  segment.window = readUint16(data, at + 14);
  segment.data = data;
  segment.start = start;
  segment.end = Math.min(end, ipEnd);
  segment.byteCount = ipEnd - start;
  segment.windowScale = (segment.flags & SYN) === 0 ? undefined : findWindowScale(data, at + 20, start);
  return 'segment';
}

/** The shift of the window scale option (kind 3, RFC 7323), undefined where there is none. */
function findWindowScale(data: Uint8Array, from: number, end: number): number | undefined {
  let at = from;
  while (at < end) {
    const kind = data[at] as number;
    if (kind === 0) return undefined;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? (data[at + 1] as number) : 0;
    if (length < 2) return undefined;
    if (kind === 3 && length === 3 && at + 2 < end) return Math.min(data[at + 2] as number, MAX_WINDOW_SCALE);
    at += length;
  }
  return undefined;
}
