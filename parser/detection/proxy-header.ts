/**
 * The PROXY protocol: a load balancer says in front of the stream who the client is.
 *
 *   version 1   PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 CRLF     at most 107 octets
 *   version 2   0D0A0D0A000D0A515549540A | version, command 1 | family 1 | length 2 | addresses, ports, more
 *
 * Source: "The PROXY protocol, versions 1 & 2" by Willy Tarreau, sections 2.1 and 2.2.
 */
import { type ByteCount, formatEndpoint } from '../../core/index.ts';
import { latin1 } from '../latin1.ts';
import { bigEndian16 } from './message-forms.ts';

const MAX_LINE_OCTETS = 107;
const FIXED_OCTETS = 16;
const TCP4 = 0x11;
const TCP6 = 0x21;
const LF = 0x0a;
const CR = 0x0d;

/** @returns undefined while the header is not all there, -1 where it does not end as it must */
export function proxyHeaderLength(bytes: Uint8Array): ByteCount | undefined {
  if (bytes[0] === CR) {
    if (bytes.length < FIXED_OCTETS) return undefined;
    const length = FIXED_OCTETS + bigEndian16(bytes, 14);
    return bytes.length < length ? undefined : length;
  }
  const end = bytes.indexOf(LF);
  if (end >= 0 && end < MAX_LINE_OCTETS) return end + 1;
  return bytes.length < MAX_LINE_OCTETS ? undefined : -1;
}

/** `ip:port` of the client in a whole header; empty where it names none (`LOCAL`, `UNKNOWN`, other families). */
export function proxyHeaderClient(bytes: Uint8Array): string {
  if (bytes[0] !== CR) {
    const [, family, address = '', , port = ''] = latin1(bytes, 0, Math.min(bytes.length, MAX_LINE_OCTETS)).split(' ');
    const known = (family === 'TCP4' || family === 'TCP6') && ADDRESS.test(address) && PORT.test(port);
    return known ? formatEndpoint({ address: address.toLowerCase(), port: Number(port) }) : '';
  }
  if (((bytes[12] as number) & 0x0f) !== 1) return '';
  const addressOctets = bytes[13] === TCP4 ? 4 : bytes[13] === TCP6 ? 16 : 0;
  const portAt = FIXED_OCTETS + 2 * addressOctets;
  if (addressOctets === 0 || bigEndian16(bytes, 14) < 2 * addressOctets + 4) return '';
  const octets = bytes.subarray(FIXED_OCTETS, FIXED_OCTETS + addressOctets);
  const address = addressOctets === 4 ? octets.join('.') : ipv6(octets);
  return formatEndpoint({ address, port: bigEndian16(bytes, portAt) });
}

const ADDRESS = /^[0-9A-Fa-f.:]{2,45}$/;
const PORT = /^\d{1,5}$/;

/** RFC 5952, section 4.2: the longest run of two or more zero groups is `::`. */
function ipv6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, group) => bigEndian16(octets, group * 2).toString(16));
  let start = 0;
  let length = 1;
  for (let from = 0; from < groups.length; from++) {
    let until = from;
    while (groups[until] === '0') until++;
    if (until - from <= length) continue;
    start = from;
    length = until - from;
  }
  if (length === 1) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}
