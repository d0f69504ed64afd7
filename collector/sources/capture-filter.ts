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
 */

/** Keywords that shift the offsets of what follows them. */
const SHIFTS_OFFSETS = /\b(vlan|mpls|pppoes|geneve|vxlan)\b/;

/** IPv6 next headers behind which TCP may be: hop-by-hop options, routing, fragment, destination options (RFC 8200). */
const IPV6_EXTENSION = '(ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 60)';

/** IPv4 TCP fragments other than the first: fragment offset above 0 (RFC 791). */
const IPV4_LATER_FRAGMENT = '(ip proto 6 and ip[6:2] & 0x1fff != 0)';

/**
 * @param ports TCP ports of either end; none means all TCP
 * @param extra an expression of the user's that must hold too
 * @returns candidates, widest first: link types without VLANs refuse `vlan`, so the one that opens the interface takes
 * the first that compiles there
 */
export function captureFilter(ports: readonly number[], extra = ''): readonly string[] {
  const wanted = ports.length === 0 ? 'tcp' : ports.map((port) => `tcp port ${port}`).join(' or ');
  const untagged = `(${wanted} or ${IPV4_LATER_FRAGMENT} or ${IPV6_EXTENSION})`;
  // The user's own tags come first, so that the ports are looked for behind them.
  if (SHIFTS_OFFSETS.test(extra)) return [`(${extra}) and ${untagged}`];
  const term = extra.trim() === '' ? untagged : `(${untagged} and (${extra}))`;
  return [`${term} or (vlan and (${term} or (vlan and ${term})))`, term];
}
