/**
 * Which copy of a byte is kept when two segments bring it, and neither was handed on yet.
 *
 *     held           ├──────────┤                     arrived first
 *     newer     ├──────────┤                          arrived later, begins earlier
 *
 *     first    the held copy                          Windows since Vista; tshark
 *     last     the newer copy                         some routers; tcpflow
 *     bsd      of the segment that begins earlier; of two that begin together the held one
 *                                                     FreeBSD, NetBSD, OpenBSD, macOS, Windows before Vista
 *     linux    as bsd, but of two that begin together the longer one
 *                                                     Linux since 2.4 (tcp_data_queue_ofo)
 *
 * Bytes that were handed on stay as they are under every policy: so they do at the receiver, who has read them. Names
 * and rules are those of Novak and Sturges, "Target-Based TCP Stream Reassembly" (2007), as Suricata and Snort have
 * them. Theirs for HP-UX, IRIX and Solaris are left out: nobody captures those any more.
 */

export const OVERLAP_POLICIES = ['first', 'last', 'bsd', 'linux'] as const;

export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** Where a segment begins and ends, as it was sent; positions of one direction. */
export interface SentRange {
  readonly sentFrom: number;
  readonly sentTo: number;
}

/** Whether the newer segment's bytes replace those of the held one where both have some. */
export function newerWins(policy: OverlapPolicy, held: SentRange, newer: SentRange): boolean {
  switch (policy) {
    case 'first':
      return false;
    case 'last':
      return true;
    case 'bsd':
      return newer.sentFrom < held.sentFrom;
    case 'linux':
      return newer.sentFrom < held.sentFrom || (newer.sentFrom === held.sentFrom && newer.sentTo > held.sentTo);
    default:
      return policy satisfies never;
  }
}
