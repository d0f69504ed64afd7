/**
 * SASL in front of framed Thrift, as Hive's and HBase's servers want it.
 *
 *   client: 01 length:4 mechanism   02 length:4 response …       01 start, 02 more to come, 03 bad, 04 error, 05 complete
 *   server: 02 length:4 challenge … 05 length:4 [challenge]
 *
 * Frames of Thrift, which follow, begin with 00. Source: Apache Thrift, comments of TSaslTransport.
 */
import type { ByteCount } from '../../core/index.ts';

const MORE = 2;
const COMPLETE = 5;
const HEADER_BYTES: ByteCount = 5;

/** `PLAIN`, `GSSAPI`, `DIGEST-MD5` (RFC 4422, section 3.1: 1 to 20 characters). */
const MECHANISM = /^[A-Z0-9_-]{3,20}$/;

/** `01`, three zeros, the length of the name; @returns undefined while the name is not all there */
export function isSaslStart(bytes: Uint8Array): boolean | undefined {
  const length = bytes[4] as number;
  if (length > 20) return false;
  if (bytes.length < HEADER_BYTES + length) return undefined;
  return MECHANISM.test(String.fromCharCode(...bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)));
}

/** @returns octets of the negotiation in one direction; undefined while its end is not there; -1 where it is none */
export function saslLength(bytes: Uint8Array): ByteCount | undefined {
  for (let at = 0; at < bytes.length; ) {
    const status = bytes[at] as number;
    if (status === 0 && at > 0) return at;
    if (status === 0 || status > COMPLETE) return -1;
    if (at + HEADER_BYTES > bytes.length) return undefined;
    at += HEADER_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 1);
    if (at > bytes.length) return undefined;
    if (status > MORE) return at;
  }
  return undefined;
}
