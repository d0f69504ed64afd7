/**
 * Paths of VLANs and tunnels, as in `Flow.network`: `vlan:12/vxlan:7`. Equal paths are the same string object, which
 * makes comparing them cheap, as long as there are no more than {@link MAX_PATHS}.
 *
 * An element holds what is the same in both directions of a flow, or they would never meet. A tunnel whose numbers name
 * only one direction (MPLS labels, GTP endpoints, PPTP calls) or that has none is told apart by its two ends, in the
 * order of their addresses; MPLS has no ends.
 */
import { formatIpv4, formatIpv6 } from './address.ts';
import type { Segment } from './segment.ts';

/** Paths kept; when there are more, keeping begins anew. */
export const MAX_PATHS = 65_536;

/** Elements that a number tells apart, or nothing. A VLAN's key is its number. */
const NUMBERED = ['vlan', 'vxlan', 'geneve', 'gre', 'nvgre', 'erspan', 'pppoe', 'pbb', 'mpls', 'fabric-path'] as const;
/** Beyond the largest number, a GRE key of 32 bits. */
const NO_NUMBER = 0x1_0000_0000;

export type NumberedElement = (typeof NUMBERED)[number];
export type ElementBetween = 'gre' | 'pptp' | 'ip-in-ip' | 'gtp';

/** One path; equal ones are the same object, bounds aside. */
export interface NetworkPath {
  readonly text: string;
  /** Of the text, in 32 bits; 0 outside of any network. */
  readonly hash: number;
  /** Paths with one element more, by that element's key. */
  readonly longer: Map<number | string, NetworkPath>;
}

export class NetworkPaths {
  /** Outside of any VLAN and tunnel. */
  readonly outside: NetworkPath = { text: '', hash: 0, longer: new Map() };
  #count = 0;
  /** The ends last formatted: packets of one tunnel come together. */
  #ends = '';
  readonly #endWords = new Int32Array(9);

  /** @param number in 32 bits; undefined for an element that has none */
  enter(path: NetworkPath, element: NumberedElement, number?: number): NetworkPath {
    const key = NUMBERED.indexOf(element) * 2 * NO_NUMBER + (number ?? NO_NUMBER);
    return path.longer.get(key) ?? this.#add(path, key, number === undefined ? element : `${element}:${number}`);
  }

  /** @param outer the addresses of the tunnel's ends, in either direction */
  enterBetween(path: NetworkPath, element: ElementBetween, outer: Segment): NetworkPath {
    const key = `${element}:${this.#endsOf(outer)}`;
    return path.longer.get(key) ?? this.#add(path, key, key);
  }

  #add(path: NetworkPath, key: number | string, element: string): NetworkPath {
    if (this.#count >= MAX_PATHS) {
      this.outside.longer.clear();
      this.#count = 0;
    }
    this.#count++;
    const text = path.text === '' ? element : `${path.text}/${element}`;
    const added: NetworkPath = { text, hash: hashOf(text), longer: new Map() };
    path.longer.set(key, added);
    return added;
  }

  #endsOf(outer: Segment): string {
    const { ipVersion, source0, source1, source2, source3 } = outer;
    const { destination0, destination1, destination2, destination3 } = outer;
    const order =
      (source0 >>> 0) - (destination0 >>> 0) ||
      (source1 >>> 0) - (destination1 >>> 0) ||
      (source2 >>> 0) - (destination2 >>> 0) ||
      (source3 >>> 0) - (destination3 >>> 0);
    const words =
      order <= 0
        ? [source0, source1, source2, source3, destination0, destination1, destination2, destination3, ipVersion]
        : [destination0, destination1, destination2, destination3, source0, source1, source2, source3, ipVersion];
    if (words.some((word, index) => word !== this.#endWords[index])) {
      this.#endWords.set(words);
      const [a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0] = words;
      this.#ends =
        ipVersion === 4
          ? `${formatIpv4(a0)}-${formatIpv4(b0)}`
          : `${formatIpv6(a0, a1, a2, a3)}-${formatIpv6(b0, b1, b2, b3)}`;
    }
    return this.#ends;
  }
}

/** FNV-1a of the character codes, by Fowler, Noll and Vo. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
