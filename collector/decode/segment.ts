/**
 * The TCP segment that a packet carried: one mutable object, filled anew for every packet, so that decoding allocates
 * nothing. Whoever needs a field after the next packet copies it.
 */
import type { ByteCount, Micros } from '../../core/index.ts';

export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

/** Window scale that is reckoned with where no SYN told it: the largest there is (RFC 7323, section 2.3). */
export const MAX_WINDOW_SCALE = 14;

export class Segment {
  at: Micros = 0;
  /** Where it was captured: the source's interface, with the host's own index where the link layer carries that. */
  interfaceId = 0;
  /** Path of VLANs and tunnels as in `Flow.network`; equal paths are mostly the same string object. */
  network = '';
  /** Of `network`: flows of equal addresses in many networks need not share a key. */
  networkHash = 0;
  /** 4 or 6. */
  ipVersion = 4;
  /** Addresses as 32-bit words, first word first; IPv4 uses the first only and leaves the others 0. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  sourcePort = 0;
  destinationPort = 0;
  /** Sequence and acknowledgment numbers as signed 32 bits: differences wrap with `| 0`. */
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  window = 0;
  /** Shift of the window option; undefined where the segment does not carry one. Read from SYN segments only. */
  windowScale: number | undefined = undefined;
  /** Captured payload is `data[start … end)`. */
  data: Uint8Array = NO_BYTES;
  start: ByteCount = 0;
  end: ByteCount = 0;
  /** Payload on the wire; more than `end - start` where the snap length cut it. */
  byteCount: ByteCount = 0;
  /** Packets it took: more than 1 for a datagram joined from fragments. */
  packetCount = 1;
}

const NO_BYTES = new Uint8Array(0);
