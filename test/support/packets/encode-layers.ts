/**
 * Layers between the link and the IP packet of a test: VLANs, labels, tunnels, in any order.
 *
 *     conversation({ layers: [{ kind: 'vlan', id: 12 }, { kind: 'vxlan', network: 7 }] })     outermost first
 *
 * What a layer wraps is a payload with its EtherType; a whole Ethernet frame has that of transparent bridging. The ends
 * of a tunnel are exchanged where the packet goes back.
 */
import { encodeIp, join, MAC_ADDRESSES, PPP_PROTOCOLS, uint16, uint32 } from './encode-packet.ts';

export type LayerFields =
  | { readonly kind: 'vlan'; readonly id: number }
  | { readonly kind: 'ethernet' | 'snap' | 'fabric-path' }
  | { readonly kind: 'mpls'; readonly labels: readonly number[]; readonly controlWord?: boolean }
  | { readonly kind: 'pppoe'; readonly session: number; readonly compressed?: boolean }
  | { readonly kind: 'pbb'; readonly service: number }
  | ({ readonly kind: 'ip-in-ip' | 'pptp' | 'gtp' } & Ends)
  | ({
      readonly kind: 'gre' | 'gre-in-udp';
      readonly key?: number;
      readonly checksum?: boolean;
      readonly sequence?: number;
    } & Ends)
  | ({ readonly kind: 'erspan'; readonly version: 1 | 2 | 3; readonly session: number; readonly vlan?: number } & Ends)
  | ({ readonly kind: 'vxlan' | 'vxlan-gpe' | 'geneve'; readonly network: number; readonly port?: number } & Ends);

interface Ends {
  /** IPv4 or IPv6 addresses of the tunnel's ends, as the client's packets go. */
  readonly ends?: readonly [string, string];
}

export interface LayerPayload {
  readonly etherType: number;
  readonly bytes: Uint8Array;
}

const ETHERNET = 0x6558;
const DEFAULT_ENDS = ['192.0.2.1', '192.0.2.2'] as const;

/** @param back whether the packet goes from the tunnel's second end to its first */
export function wrapInLayers(layers: readonly LayerFields[], ip: Uint8Array, back: boolean): LayerPayload {
  return layers.reduceRight((inside, layer) => wrap(layer, inside, back), ipPayload(ip));
}

function encodeEthernet({ etherType, bytes }: LayerPayload): Uint8Array {
  return etherType === ETHERNET ? bytes : join(MAC_ADDRESSES, uint16(etherType), bytes);
}

function wrap(layer: LayerFields, inside: LayerPayload, back: boolean): LayerPayload {
  const { etherType, bytes } = inside;
  switch (layer.kind) {
    case 'vlan':
      return { etherType: 0x8100, bytes: join(uint16(layer.id), uint16(etherType), bytes) };
    case 'ethernet':
      return { etherType: ETHERNET, bytes: encodeEthernet(inside) };
    case 'snap': {
      const frame = join(Uint8Array.of(0xaa, 0xaa, 3, 0, 0, 0), uint16(etherType), bytes);
      return { etherType: frame.length, bytes: frame };
    }
    case 'fabric-path':
      return { etherType: 0x8903, bytes: join(uint16(0x0420), encodeEthernet(inside)) };
    case 'pbb':
      return { etherType: 0x88e7, bytes: join(uint32(layer.service), encodeEthernet(inside)) };
    case 'mpls': {
      const stack = layer.labels.map((label, index) =>
        uint32(label * 0x1000 + (index === layer.labels.length - 1 ? 0x100 : 0) + 64),
      );
      return { etherType: 0x8847, bytes: join(...stack, layer.controlWord === true ? uint32(0) : NO_BYTES, bytes) };
    }
    case 'pppoe': {
      const protocol = PPP_PROTOCOLS[etherType] ?? 0;
      const ppp = join(layer.compressed === true ? Uint8Array.of(protocol) : uint16(protocol), bytes);
      const header = join(Uint8Array.of(0x11, 0), uint16(layer.session), uint16(ppp.length));
      return { etherType: 0x8864, bytes: join(header, ppp) };
    }
    case 'ip-in-ip':
      return inIp(layer.ends, etherType === 0x0800 ? 4 : 41, bytes, back);
    case 'gre':
      return inIp(layer.ends, 47, gre(layer, etherType, bytes), back);
    case 'gre-in-udp':
      return inUdp(layer.ends, 4754, gre(layer, etherType, bytes), back);
    case 'pptp': {
      const ppp = join(uint16(0xff03), uint16(PPP_PROTOCOLS[etherType] ?? 0), bytes);
      const header = join(uint16(0x3081), uint16(0x880b), uint16(ppp.length), uint16(back ? 5 : 9));
      return inIp(layer.ends, 47, join(header, uint32(1), uint32(0), ppp), back);
    }
    case 'erspan':
      return inIp(layer.ends, 47, erspan(layer, encodeEthernet(inside)), back);
    case 'vxlan':
      return inUdp(layer.ends, layer.port ?? 4789, join(vxlan(0x08, 0, layer.network), encodeEthernet(inside)), back);
    case 'vxlan-gpe': {
      const next: Readonly<Record<number, number>> = { 2048: 1, 34525: 2, [ETHERNET]: 3, 34887: 5 };
      return inUdp(layer.ends, layer.port ?? 4790, join(vxlan(0x0c, next[etherType] ?? 0, layer.network), bytes), back);
    }
    case 'geneve': {
      const header = join(Uint8Array.of(2, 0), uint16(etherType), uint32(layer.network * 0x100), new Uint8Array(8));
      return inUdp(layer.ends, layer.port ?? 6081, join(header, bytes), back);
    }
    case 'gtp': {
      const extension = Uint8Array.of(0, 0, 0, 0x85, 1, 0, 9, 0);
      const header = join(Uint8Array.of(0x34, 255), uint16(extension.length + bytes.length), uint32(back ? 21 : 12));
      return inUdp(layer.ends, 2152, join(header, extension, bytes), back);
    }
    default: {
      const never: never = layer;
      return never;
    }
  }
}

function gre(
  layer: { readonly key?: number; readonly checksum?: boolean; readonly sequence?: number },
  etherType: number,
  bytes: Uint8Array,
): Uint8Array {
  const { key, checksum = false, sequence } = layer;
  const flags = (checksum ? 0x8000 : 0) | (key === undefined ? 0 : 0x2000) | (sequence === undefined ? 0 : 0x1000);
  const words = [checksum ? 0 : undefined, key, sequence].filter((word) => word !== undefined);
  return join(uint16(flags), uint16(etherType), ...words.map(uint32), bytes);
}

function erspan(
  { version, session, vlan = 0 }: { readonly version: 1 | 2 | 3; readonly session: number; readonly vlan?: number },
  frame: Uint8Array,
): Uint8Array {
  if (version === 1) return gre({}, 0x88be, frame);
  const [type, nibble, rest] = version === 2 ? [0x88be, 1, 4] : [0x22eb, 2, 8];
  const first = join(uint16(nibble * 0x1000 + vlan), uint16((vlan === 0 ? 0 : 0x1000) + session));
  return gre({ sequence: 1 }, type as number, join(first, new Uint8Array(rest as number), frame));
}

function vxlan(flags: number, next: number, network: number): Uint8Array {
  return join(Uint8Array.of(flags, 0, 0, next), uint32(network * 0x100));
}

function inUdp(ends: Ends['ends'], port: number, bytes: Uint8Array, back: boolean): LayerPayload {
  const header = join(uint16(back ? 50_001 : 50_000), uint16(port), uint16(bytes.length + 8), uint16(0));
  return inIp(ends, 17, join(header, bytes), back);
}

function inIp(
  [one, other]: readonly [string, string] = DEFAULT_ENDS,
  protocol: number,
  bytes: Uint8Array,
  back: boolean,
): LayerPayload {
  const fields = { sequence: 0, acknowledgment: 0, flags: 0, payload: NO_BYTES };
  const source = { address: back ? other : one, port: 0 };
  const destination = { address: back ? one : other, port: 0 };
  return ipPayload(encodeIp({ ...fields, source, destination }, bytes, { protocol }));
}

function ipPayload(ip: Uint8Array): LayerPayload {
  return { etherType: (ip[0] as number) >> 4 === 6 ? 0x86dd : 0x0800, bytes: ip };
}

const NO_BYTES = new Uint8Array(0);
