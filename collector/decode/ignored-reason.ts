/** Why a packet gives no TCP segment; each is a reason of the group `ignored` in the account `packets`. */
export type IgnoredReason =
  | 'unknown-link-type'
  /** ARP, LLC, MPLS and whatever else is not IPv4 or IPv6. */
  | 'not-ip'
  | 'not-tcp:udp'
  | 'not-tcp:icmp'
  | 'not-tcp:icmpv6'
  | 'not-tcp:igmp'
  | 'not-tcp:sctp'
  | 'not-tcp:gre'
  | 'not-tcp:ip-in-ip'
  | 'not-tcp:ipsec'
  | 'not-tcp:other'
  /** The snap length cut into the headers. */
  | 'truncated-header'
  /** Lengths or versions that contradict each other. */
  | 'malformed'
  /** Asked to verify: the checksum of an IPv4 header, or of a TCP segment, contradicts the bytes. */
  | 'bad-checksum:ip'
  | 'bad-checksum:tcp'
  /** The other fragments of its datagram did not come within the bounds. */
  | 'fragment-incomplete'
  /** Fragments of the datagram overlap: nobody knows which bytes the receiver took, so the whole datagram is set aside (RFC 5722). */
  | 'fragment-overlap'
  /** The same fragment again. */
  | 'fragment-duplicate'
  /** The snap length cut the fragment, so that its datagram cannot be joined. */
  | 'fragment-cut';

/** Names the protocol of an IP payload that is not TCP (IANA protocol numbers). */
export function notTcp(protocol: number): IgnoredReason {
  switch (protocol) {
    case 1:
      return 'not-tcp:icmp';
    case 2:
      return 'not-tcp:igmp';
    case 4:
    case 41:
      return 'not-tcp:ip-in-ip';
    case 17:
      return 'not-tcp:udp';
    case 47:
      return 'not-tcp:gre';
    case 50:
    case 51:
      return 'not-tcp:ipsec';
    case 58:
      return 'not-tcp:icmpv6';
    case 132:
      return 'not-tcp:sctp';
    default:
      return 'not-tcp:other';
  }
}
