/**
 * SOCKS 4, 4a and 5: what client and proxy say before the stream proper.
 *
 *   5   client: 05 n methods      [01 user password]   05 command 00 address port
 *       server: 05 method         [01 status]          05 reply   00 address port
 *   4   client: 04 command port 2, address 4, user NUL [name NUL]       server: 00 reply port 2, address 4
 *
 * Each direction is told by itself. Sources: RFC 1928, sections 3 to 6; RFC 1929, section 2; SOCKS4 and 4a memos.
 */
import type { ByteCount, Direction } from '../../core/index.ts';

/** @returns octets of the prelude; undefined while not all of it is there; -1 where it cannot be one */
export function socksLength(direction: Direction, bytes: Uint8Array): ByteCount | undefined {
  const first = bytes[0];
  if (first === undefined) return undefined;
  if (first === 5) return socks5Length(direction, bytes);
  if (direction === 0) return socks4RequestLength(bytes);
  if (first !== 0) return -1;
  return bytes.length < 8 ? undefined : 8;
}

function socks5Length(direction: Direction, bytes: Uint8Array): ByteCount | undefined {
  let at = direction === 0 ? 2 + (bytes[1] ?? 0) : 2;
  if (bytes[at] === 1) {
    if (direction === 1) at += 2;
    else {
      const userOctets = bytes[at + 1];
      if (userOctets === undefined) return undefined;
      const passwordOctets = bytes[at + 2 + userOctets];
      if (passwordOctets === undefined) return undefined;
      at += 3 + userOctets + passwordOctets;
    }
  }
  if (bytes.length < at + 5) return bytes[at] === undefined || bytes[at] === 5 ? undefined : -1;
  if (bytes[at] !== 5) return -1;
  const addressOctets = addressLength(bytes[at + 3] as number, bytes[at + 4] as number);
  if (addressOctets < 0) return -1;
  const end = at + 4 + addressOctets + 2;
  return bytes.length < end ? undefined : end;
}

/** IPv4, a name with its length, IPv6. */
function addressLength(type: number, nameOctets: number): ByteCount {
  if (type === 1) return 4;
  if (type === 3) return 1 + nameOctets;
  return type === 4 ? 16 : -1;
}

function socks4RequestLength(bytes: Uint8Array): ByteCount | undefined {
  const userEnd = bytes.indexOf(0, 8);
  if (userEnd < 0) return undefined;
  const namesHost = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] !== 0;
  if (!namesHost) return userEnd + 1;
  const hostEnd = bytes.indexOf(0, userEnd + 1);
  return hostEnd < 0 ? undefined : hostEnd + 1;
}
