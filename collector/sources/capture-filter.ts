/**
 * Filter expressions for the kernel that let through everything the decoder can use.
 *
 * `tcp port P` alone drops three kinds of packets that belong to the flow: those with a VLAN tag in their bytes, all
 * IPv4 fragments but the first (they carry no ports), and IPv6 packets whose TCP header is behind extension headers.
 *
 *     untagged or (vlan and (untagged or (vlan and untagged)))
 *
 * `vlan` shifts the offsets of everything behind it in the text, also outside of its parentheses (pcap-filter(7)),
 * hence the nesting: the inner terms read one tag further in, and only where the outer tag was found.
 *
 * Ports inside of a tunnel are beyond the language, so with `tunnels` all packets of tunnels pass, and the reassembly is
 * told the ports (`onlyPorts`). Later fragments of UDP stay outside: tunnels in UDP must not be fragmented (RFC 7348,
 * section 4.3), and nobody could tell which are theirs.
 */

/** Keywords that shift the offsets of what follows them. */
const SHIFTS_OFFSETS = /\b(vlan|mpls|pppoes|geneve|vxlan)\b/;

/** IPv6 next headers behind which TCP may be: hop-by-hop options, routing, fragment, destination options (RFC 8200). */
const IPV6_EXTENSION = '(ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 60)';

/** IPv4 TCP fragments other than the first: fragment offset above 0 (RFC 791). */
const IPV4_LATER_FRAGMENT = '(ip proto 6 and ip[6:2] & 0x1fff != 0)';

/** The tunnels that the decoder reads: VXLAN, VXLAN-GPE, Geneve, GTP; GRE and ERSPAN in it; IP in IP. */
const TUNNEL = [
  ...[4789, 8472, 4790, 6081].map((port) => `udp dst port ${port}`),
  'udp port 2152',
  ...[4, 41, 47].flatMap((protocol) => [`ip proto ${protocol}`, `ip6 proto ${protocol}`]),
].join(' or ');

/** MPLS, its multicast, and PPPoE sessions, by EtherType: the keywords of these names would shift offsets. */
const LABELLED = ['0x8847', '0x8848', '0x8864'].map((type) => `ether proto ${type}`).join(' or ');

export interface CaptureFilterOptions {
  /** An expression of the user's that must hold too. */
  readonly extra?: string;
  /** Whether everything in tunnels passes too. */
  readonly tunnels?: boolean;
}

/**
 * @param ports TCP ports of either end; none means all TCP
 * @returns candidates, widest first: link types without VLANs refuse `vlan`, so the one that opens the interface takes
 * the first that compiles there
 */
export function captureFilter(
  ports: readonly number[],
  { extra = '', tunnels = false }: CaptureFilterOptions = {},
): readonly string[] {
  const wanted = ports.length === 0 ? 'tcp' : ports.map((port) => `tcp port ${port}`).join(' or ');
  const plain = `${wanted} or ${IPV4_LATER_FRAGMENT} or ${IPV6_EXTENSION}`;
  const inIp = tunnels ? `${plain} or ${TUNNEL}` : plain;
  const inFrame = tunnels ? `${inIp} or ${LABELLED}` : plain;
  // The user's own tags come first, so that the ports are looked for behind them.
  if (SHIFTS_OFFSETS.test(extra)) return [`(${extra}) and (${inFrame})`];
  const [framed, bare] = [inFrame, inIp].map((term) =>
    extra.trim() === '' ? `(${term})` : `((${term}) and (${extra}))`,
  );
  return [`${framed} or (vlan and (${framed} or (vlan and ${framed})))`, ...new Set([`${framed}`, `${bare}`])];
}
