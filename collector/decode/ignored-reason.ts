/** Why a packet gives no TCP segment; each is a reason of the group `ignored` in the account `packets`. */
import type { UdpProtocol } from './udp-protocol.ts';

export type IgnoredReason =
  | UnknownLinkType
  /** Frames without IP, by what they are; `not-ip:ppp-control` is how two ends of PPP agree, PPTP's acknowledgments among it. */
  | 'not-ip:arp'
  | 'not-ip:stp'
  | 'not-ip:lldp'
  | 'not-ip:cdp'
  | 'not-ip:lacp'
  | 'not-ip:slarp'
  | 'not-ip:osi'
  | 'not-ip:eapol'
  | 'not-ip:macsec'
  | 'not-ip:pppoe-discovery'
  | 'not-ip:ppp-control'
  | 'not-ip:ppp-compressed'
  | 'not-ip:ppp-encrypted'
  | 'not-ip:other'
  | `not-tcp:udp:${UdpProtocol}`
  | 'not-tcp:icmp'
  | 'not-tcp:icmpv6'
  | 'not-tcp:igmp'
  | 'not-tcp:sctp'
  /** A version of GRE or ERSPAN that is not known. */
  | 'not-tcp:gre'
  | 'not-tcp:ipsec'
  | 'not-tcp:ospf'
  | 'not-tcp:pim'
  | 'not-tcp:vrrp'
  | 'not-tcp:other'
  /** More layers or labels in one another than anybody builds. */
  | 'nested-too-deep'
  /** The snap length cut into the headers. */
  | 'truncated-header'
  /** Lengths or versions that contradict each other. */
  | 'malformed'
  /** Asked to verify: the checksum of an IPv4 header, or of a TCP segment, contradicts the bytes. */
  | 'bad-checksum:ip'
  | 'bad-checksum:tcp'
  | FragmentReason;

type UnknownLinkType =
  | 'unknown-link-type:ieee-802.11'
  | 'unknown-link-type:bluetooth'
  | 'unknown-link-type:usb'
  | 'unknown-link-type:other';

export type FragmentReason =
  /** The other fragments of its datagram did not come within the bounds. */
  | 'fragment-incomplete'
  /** Fragments of the datagram overlap, or repeat a place with other bytes: nobody knows which the receiver took, so the whole datagram is set aside (RFC 5722). */
  | 'fragment-overlap'
  /** The same, where one lies inside another: no sender does that by mistake (the teardrop attack). */
  | 'fragment-teardrop'
  /** The same fragment again. */
  | 'fragment-duplicate'
  /** It ends beyond the 65,535 bytes that a datagram may have (the ping of death). */
  | 'fragment-too-long'
  /** It is empty, or in the middle and no multiple of 8 bytes. */
  | 'fragment-malformed'
  /** The snap length cut the fragment, so that its datagram cannot be joined. */
  | 'fragment-cut';

/** Names the protocol of an IP payload that is neither TCP nor a tunnel (IANA protocol numbers). */
export function notTcp(protocol: number): IgnoredReason {
  switch (protocol) {
    case 1:
      return 'not-tcp:icmp';
    case 2:
      return 'not-tcp:igmp';
    case 50:
    case 51:
      return 'not-tcp:ipsec';
    case 58:
      return 'not-tcp:icmpv6';
    case 89:
      return 'not-tcp:ospf';
    case 103:
      return 'not-tcp:pim';
    case 112:
      return 'not-tcp:vrrp';
    case 132:
      return 'not-tcp:sctp';
    default:
      return 'not-tcp:other';
  }
}

/** Names a link type that is not decoded (LINKTYPE_ values, tcpdump.org/linktypes.html). */
export function unknownLinkType(linkType: number): IgnoredReason {
  switch (linkType) {
    case 105:
    case 119:
    case 127:
    case 163:
    case 192:
      return 'unknown-link-type:ieee-802.11';
    case 187:
    case 201:
    case 251:
    case 254:
    case 255:
      return 'unknown-link-type:bluetooth';
    case 186:
    case 189:
    case 220:
    case 249:
    case 266:
    case 288:
      return 'unknown-link-type:usb';
    default:
      return 'unknown-link-type:other';
  }
}
