/** What the type field of an Ethernet frame announces (IEEE registration authority, EtherType). */
import type { IgnoredReason } from './ignored-reason.ts';

export const ETHER_TYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  ethernet: 0x6558,
  reverseArp: 0x8035,
  vlan: 0x8100,
  ipv6: 0x86dd,
  slowProtocols: 0x8809,
  ppp: 0x880b,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  eapol: 0x888e,
  providerVlan: 0x88a8,
  lldp: 0x88cc,
  macsec: 0x88e5,
  providerBackbone: 0x88e7,
  fabricPath: 0x8903,
  ciscoMetadata: 0x8909,
  vnTag: 0x8926,
  oldProviderVlan: 0x9100,
  otherOldProviderVlan: 0x9200,
} as const;

/** Up to here the field is the length of an 802.3 frame, and LLC follows. */
export const MAX_FRAME_LENGTH = 1_500;

const KNOWN: ReadonlySet<number> = new Set(Object.values(ETHER_TYPE));

/** Whether bytes that nothing else tells to be a type may be believed to be one. */
export function isKnownEtherType(type: number): boolean {
  return KNOWN.has(type);
}

/** Names the protocol of a frame that has no IP inside. */
export function notIp(type: number): IgnoredReason {
  switch (type) {
    case ETHER_TYPE.arp:
    case ETHER_TYPE.reverseArp:
      return 'not-ip:arp';
    case ETHER_TYPE.slowProtocols:
      return 'not-ip:lacp';
    case ETHER_TYPE.pppoeDiscovery:
      return 'not-ip:pppoe-discovery';
    case ETHER_TYPE.eapol:
      return 'not-ip:eapol';
    case ETHER_TYPE.lldp:
      return 'not-ip:lldp';
    case ETHER_TYPE.macsec:
      return 'not-ip:macsec';
    default:
      return 'not-ip:other';
  }
}
