/** The noun between the wire and the collector: what a capture source hands over, whatever it reads from. */
import type { ByteCount, Micros } from './units.ts';

/** Link types this project decodes, by their registered LINKTYPE_ value (tcpdump.org/linktypes.html). */
export const LINK_TYPE = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  rawOpenBsd: 12,
  rawBsd: 14,
  pppHdlc: 50,
  pppEther: 51,
  atmRfc1483: 100,
  raw: 101,
  cHdlc: 104,
  loop: 108,
  linuxSll: 113,
  pflog: 117,
  pppWithDirection: 204,
  mpls: 219,
  ipv4: 228,
  ipv6: 229,
  nflog: 239,
  linuxSll2: 276,
} as const;

/**
 * One captured packet: the bytes `data[start … end)`.
 *
 * The bytes are never written again by whoever made the packet, so views of them may be kept; keeping one keeps the
 * whole of `data`, so what lives long is copied. No view is made here because most packets are looked at once.
 */
export interface Packet {
  readonly at: Micros;
  readonly linkType: number;
  /** Number of the interface in the source; 0 where the source has only one. */
  readonly interfaceId: number;
  readonly data: Uint8Array;
  readonly start: ByteCount;
  readonly end: ByteCount;
  /** Length on the wire; more than `end - start` where the snap length cut the packet. */
  readonly originalByteCount: ByteCount;
}
