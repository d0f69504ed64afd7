/** One TCP segment → the bytes a capture of it would hold, with true lengths and checksums. */
import { LINK_TYPE } from '../../../core/index.ts';

export interface SegmentFields {
  readonly source: { readonly address: string; readonly port: number };
  readonly destination: { readonly address: string; readonly port: number };
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window?: number;
  readonly tcpOptions?: Uint8Array;
  readonly payload: Uint8Array;
}

export interface LinkFields {
  readonly linkType: number;
  /** VLAN tags, outermost first. */
  readonly vlans: readonly number[];
  /** Interface index, for Linux cooked v2. */
  readonly interfaceIndex: number;
}

/** EtherType → PPP protocol. */
export const PPP_PROTOCOLS: Readonly<Record<number, number>> = { 2048: 0x21, 34525: 0x57, 34887: 0x0281 };
export const MAC_ADDRESSES = Uint8Array.from([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);

export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

/** Segment → TCP header and payload, the checksum computed over the pseudo header. */
export function encodeTcp(fields: SegmentFields): Uint8Array {
  const options = fields.tcpOptions ?? new Uint8Array(0);
  const tcp = new Uint8Array(20 + options.length + fields.payload.length);
  const view = new DataView(tcp.buffer);
  view.setUint16(0, fields.source.port);
  view.setUint16(2, fields.destination.port);
  view.setUint32(4, fields.sequence);
  view.setUint32(8, fields.acknowledgment);
  view.setUint8(12, ((20 + options.length) / 4) << 4);
  view.setUint8(13, fields.flags);
  view.setUint16(14, fields.window ?? 65_535);
  tcp.set(options, 20);
  tcp.set(fields.payload, 20 + options.length);
  const pseudo = [...addressBytes(fields.source.address), ...addressBytes(fields.destination.address)];
  const total = sumOfWords(pseudo) + 6 + tcp.length + sumOfWords(tcp);
  view.setUint16(16, checksum(total));
  return tcp;
}

/** IP payload → IP packet; `ipv4` says how it is fragmented. */
export function encodeIp(
  fields: SegmentFields,
  payload: Uint8Array,
  ipv4: { readonly id?: number; readonly offset?: number; readonly more?: boolean; readonly protocol?: number } = {},
): Uint8Array {
  const source = addressBytes(fields.source.address);
  const destination = addressBytes(fields.destination.address);
  if (source.length === 16) {
    const header = new Uint8Array(40);
    const view = new DataView(header.buffer);
    view.setUint8(0, 0x60);
    view.setUint16(4, payload.length);
    view.setUint8(6, ipv4.protocol ?? 6);
    view.setUint8(7, 64);
    header.set(source, 8);
    header.set(destination, 24);
    return join(header, payload);
  }
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, 20 + payload.length);
  view.setUint16(4, ipv4.id ?? 1);
  view.setUint16(6, ((ipv4.more ?? false) ? 0x2000 : 0) | ((ipv4.offset ?? 0) >> 3));
  view.setUint8(8, 64);
  view.setUint8(9, ipv4.protocol ?? 6);
  header.set(source, 12);
  header.set(destination, 16);
  view.setUint16(10, checksum(sumOfWords(header)));
  return join(header, payload);
}

/** IP packet → link-layer packet. */
export function encodeLink(link: LinkFields, ip: Uint8Array): Uint8Array {
  return encodeOnLink(link, (ip[0] as number) >> 4 === 6 ? 0x86dd : 0x0800, ip);
}

/** What an EtherType announces → link-layer packet. Link types without a type field take IP only, PPP's MPLS too. */
export function encodeOnLink(link: LinkFields, etherType: number, payload: Uint8Array): Uint8Array {
  const tagged = [];
  for (const [index, vlan] of link.vlans.entries()) {
    tagged.push(uint16(index === 0 && link.vlans.length > 1 ? 0x88a8 : 0x8100), uint16(vlan));
  }
  // The tag's type stands before its value, so what the link header carries is the first tag's type and each value is followed by the next type.
  const types = join(...tagged, uint16(etherType));
  const ppp = uint16(PPP_PROTOCOLS[etherType] ?? 0);
  switch (link.linkType) {
    case LINK_TYPE.ethernet:
      return join(MAC_ADDRESSES, types, payload);
    case LINK_TYPE.linuxSll:
      return join(Uint8Array.from([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]), types, payload);
    case LINK_TYPE.linuxSll2: {
      const index = link.interfaceIndex;
      const rest = [0, 0, 0, 0, 0, index & 0xff, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
      return join(types.subarray(0, 2), Uint8Array.from(rest), types.subarray(2), payload);
    }
    case LINK_TYPE.null:
      return join(Uint8Array.from([etherType === 0x0800 ? 2 : 24, 0, 0, 0]), payload);
    case LINK_TYPE.loop:
      return join(Uint8Array.from([0, 0, 0, etherType === 0x0800 ? 2 : 24]), payload);
    case LINK_TYPE.ppp:
      return join(ppp, payload);
    case LINK_TYPE.pppHdlc:
      return join(uint16(0xff03), ppp, payload);
    case LINK_TYPE.pppWithDirection:
      return join(Uint8Array.of(1), ppp, payload);
    case LINK_TYPE.pppEther:
      return join(Uint8Array.of(0x11, 0), uint16(1), uint16(payload.length + 2), ppp, payload);
    case LINK_TYPE.atmRfc1483:
      return join(Uint8Array.of(0xaa, 0xaa, 3, 0, 0, 0), types, payload);
    case LINK_TYPE.cHdlc:
      return join(uint16(0x0f00), types, payload);
    case LINK_TYPE.mpls:
      return join(uint32(16 * 0x1000 + 0x140), payload);
    case LINK_TYPE.nflog: {
      const attributes = Uint8Array.of(8, 0, 1, 0, 8, 0, 1, 0, 5, 0, 10, 0, 0x78, 0, 0, 0);
      const length = payload.length + 4;
      return join(Uint8Array.of(2, 0, 0, 0), attributes, Uint8Array.of(length & 0xff, length >> 8, 9, 0), payload);
    }
    case LINK_TYPE.pflog:
      return join(Uint8Array.of(61, 2), new Uint8Array(62), payload);
    default:
      return payload;
  }
}

/** The address as its 4 or 16 bytes. */
export function addressBytes(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::') as [string, string | undefined];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Uint8Array.from([...before, ...zeros, ...after].flatMap((word) => [...uint16(Number.parseInt(word, 16))]));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >> 16, value >> 8, value);
}

function sumOfWords(bytes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
  return sum;
}

/** Internet checksum (RFC 1071) of a sum of 16-bit words. */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
