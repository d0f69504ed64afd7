/**
 * What a client's HTTP/2 connection is for: gRPC where the first HEADERS frame says so (`content-type:
 * application/grpc`), otherwise plain HTTP/2.
 *
 *   preface, 24 octets    then frames: | length 3 | type 1 | flags 1 | stream 4 | payload |
 *
 * HPACK is not decoded: the value is a literal when it is first sent, plain or Huffman coded, and both are looked for.
 * Source: RFC 9113, sections 3.4 and 4.1; RFC 7541, section 5.2.
 */
import { MAX_UNDECIDED_BYTES, sure, type Verdict } from './verdict.ts';

const PREFACE_OCTETS = 24;
const FRAME_HEADER_OCTETS = 9;
const HEADERS = 1;
/** Frames that come before the first request: SETTINGS, its acknowledgment, WINDOW_UPDATE, PRIORITY. */
const MAX_FRAMES = 16;

const PLAIN = Buffer.from('application/grpc');
/** The same Huffman coded; its last octet depends on what follows. */
const HUFFMAN = Buffer.from('1d75d0620d263d4c4d65', 'hex');

const HTTP2 = sure('http2');
const GRPC = sure('grpc');

/** @returns undefined while the first HEADERS frame is not all there */
export function judgeHttp2(bytes: Uint8Array): Verdict | undefined {
  const needsMore = bytes.length < MAX_UNDECIDED_BYTES ? undefined : HTTP2;
  let at = PREFACE_OCTETS;
  for (let frame = 0; frame < MAX_FRAMES; frame++) {
    if (at + FRAME_HEADER_OCTETS > bytes.length) return needsMore;
    const size = (bytes[at] as number) * 65536 + (bytes[at + 1] as number) * 256 + (bytes[at + 2] as number);
    const end = at + FRAME_HEADER_OCTETS + size;
    if (bytes[at + 3] === HEADERS) {
      const block = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(end, bytes.length) - at);
      if (block.includes(PLAIN) || block.includes(HUFFMAN)) return GRPC;
      return end > bytes.length ? needsMore : HTTP2;
    }
    at = end;
  }
  return HTTP2;
}
