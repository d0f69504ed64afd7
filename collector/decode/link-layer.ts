/**
 * Link layer → where IP begins, and the VLAN path on the way.
 *
 *     Ethernet       destination 6 · source 6 · type 2
 *     Linux cooked 1 packet type 2 · ARPHRD 2 · address length 2 · address 8 · type 2
 *     Linux cooked 2 type 2 · reserved 2 · interface 4 · ARPHRD 2 · packet type 1 · address length 1 · address 8
 *     null, loop     address family 4, in the byte order of the capturing machine, in network order
 *     802.1Q, 802.1ad tags: priority and VLAN 2 · next type 2
 *
 * Source: tcpdump.org/linktypes.html; IEEE 802.1Q. A tag of VLAN 0 carries only a priority and is no network of its own.
 */
import { LINK_TYPE, type Packet } from '../../core/index.ts';
import { readInt32, readUint16 } from './big-endian.ts';
import type { IgnoredReason } from './ignored-reason.ts';

/** Deepest nesting of VLAN tags that is followed: provider, customer and one to spare. */
const MAX_VLAN_TAGS = 4;
/** Paths kept as strings; on a trunk with more the strings are made anew. */
const MAX_PATHS = 65_536;

const ETHER_TYPE = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, providerVlan: 0x88a8, oldProviderVlan: 0x9100 } as const;

/** Reads link-layer headers; the results of the last packet are its fields. */
export class LinkLayer {
  /** Offset of the IP header in `packet.data`. */
  ipStart = 0;
  ipVersion: 4 | 6 = 4;
  network = '';
  interfaceId = 0;
  readonly #paths = new Map<string, Map<number, string>>();

  /** @returns undefined when the fields are set, otherwise why the packet is ignored */
  read(packet: Packet): IgnoredReason | undefined {
    const { data, start, end } = packet;
    this.network = '';
    this.interfaceId = packet.interfaceId;
    switch (packet.linkType) {
      case LINK_TYPE.ethernet:
        if (end - start < 14) return 'truncated-header';
        return this.#readEtherType(data, readUint16(data, start + 12), start + 14, end);
      case LINK_TYPE.linuxSll:
        if (end - start < 16) return 'truncated-header';
        // Version 1 has no interface index, but a forwarded packet comes in on one interface and goes out by another.
        this.interfaceId = packet.interfaceId * 8 + (readUint16(data, start) & 7);
        return this.#readEtherType(data, readUint16(data, start + 14), start + 16, end);
      case LINK_TYPE.linuxSll2:
        if (end - start < 20) return 'truncated-header';
        this.interfaceId = packet.interfaceId * 0x1_0000 + (readInt32(data, start + 4) & 0xffff);
        return this.#readEtherType(data, readUint16(data, start), start + 20, end);
      case LINK_TYPE.null:
      case LINK_TYPE.loop:
        if (end - start < 4) return 'truncated-header';
        return this.#readAddressFamily(data, start);
      case LINK_TYPE.rawOpenBsd:
      case LINK_TYPE.rawBsd:
      case LINK_TYPE.raw:
      case LINK_TYPE.ipv4:
      case LINK_TYPE.ipv6:
        if (end === start) return 'truncated-header';
        return this.#readVersion(data, start);
      default:
        return 'unknown-link-type';
    }
  }

  #readEtherType(data: Uint8Array, firstType: number, firstAt: number, end: number): IgnoredReason | undefined {
    let type = firstType;
    let at = firstAt;
    for (let tags = 0; tags <= MAX_VLAN_TAGS; tags++) {
      switch (type) {
        case ETHER_TYPE.ipv4:
          this.ipStart = at;
          this.ipVersion = 4;
          return undefined;
        case ETHER_TYPE.ipv6:
          this.ipStart = at;
          this.ipVersion = 6;
          return undefined;
        case ETHER_TYPE.vlan:
        case ETHER_TYPE.providerVlan:
        case ETHER_TYPE.oldProviderVlan:
          if (end - at < 4) return 'truncated-header';
          this.#enterVlan(readUint16(data, at) & 0x0fff);
          type = readUint16(data, at + 2);
          at += 4;
          break;
        default:
          return 'not-ip';
      }
    }
    return 'malformed';
  }

  #enterVlan(vlan: number): void {
    if (vlan === 0) return;
    let inner = this.#paths.get(this.network);
    if (inner === undefined) {
      inner = new Map();
      if (this.#paths.size < MAX_PATHS) this.#paths.set(this.network, inner);
    }
    let path = inner.get(vlan);
    if (path === undefined) {
      path = this.network === '' ? `vlan:${vlan}` : `${this.network}/vlan:${vlan}`;
      inner.set(vlan, path);
    }
    this.network = path;
  }

  /** AF_INET is 2 everywhere; AF_INET6 is 10, 24, 28 or 30. The byte order shows by which end is zero. */
  #readAddressFamily(data: Uint8Array, start: number): IgnoredReason | undefined {
    const big = readInt32(data, start);
    const family = big >>> 24 === 0 ? big : big >>> 24;
    this.ipStart = start + 4;
    switch (family) {
      case 2:
        this.ipVersion = 4;
        return undefined;
      case 10:
      case 24:
      case 28:
      case 30:
        this.ipVersion = 6;
        return undefined;
      default:
        return 'not-ip';
    }
  }

  #readVersion(data: Uint8Array, start: number): IgnoredReason | undefined {
    const version = (data[start] as number) >> 4;
    if (version !== 4 && version !== 6) return 'not-ip';
    this.ipStart = start;
    this.ipVersion = version;
    return undefined;
  }
}
