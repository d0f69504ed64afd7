/**
 * From any layer below or between to IP: reads one header after the other until IP stands at the cursor.
 *
 *     ethernet ─▶ ether-type ─┬─▶ vlan, PBB, FabricPath … ─▶ back to either
 *                             ├─▶ mpls ─▶ ethernet, IP
 *                             ├─▶ PPPoE ─▶ ppp ─▶ mpls, IP
 *                             ├─▶ llc ─▶ ether-type, IP
 *                             └─▶ IP
 */
import type { Cursor } from './cursor.ts';
import { readEthernet, readEtherType } from './ethernet.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import { readLlc } from './llc.ts';
import { readMpls } from './mpls.ts';
import { readNflog, readPflog } from './packet-log.ts';
import { readCiscoHdlc, readPpp, readPppHdlc } from './ppp.ts';

/** Layers of one packet, all its tunnels together: three tunnels of tagged Ethernet in one another, and some to spare. */
export const MAX_LAYERS = 24;

/** @returns undefined with the cursor at `ipv4` or `ipv6`, otherwise why the packet is ignored */
export function readToIp(cursor: Cursor): IgnoredReason | undefined {
  while (cursor.layer !== 'ipv4' && cursor.layer !== 'ipv6') {
    cursor.layerCount++;
    if (cursor.layerCount > MAX_LAYERS) return 'nested-too-deep';
    const ignored = readLayer(cursor, cursor.layer);
    if (ignored !== undefined) return ignored;
  }
  return undefined;
}

function readLayer(cursor: Cursor, layer: Exclude<Cursor['layer'], 'ipv4' | 'ipv6'>): IgnoredReason | undefined {
  switch (layer) {
    case 'ethernet':
      return readEthernet(cursor);
    case 'ether-type':
      return readEtherType(cursor);
    case 'llc':
      return readLlc(cursor);
    case 'mpls':
      return readMpls(cursor);
    case 'ppp':
      return readPpp(cursor);
    case 'ppp-hdlc':
      return readPppHdlc(cursor);
    case 'c-hdlc':
      return readCiscoHdlc(cursor);
    case 'nflog':
      return readNflog(cursor);
    case 'pflog':
      return readPflog(cursor);
    case 'ip':
      return readIpVersion(cursor);
    default: {
      const never: never = layer;
      return never;
    }
  }
}

function readIpVersion(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(1)) return cursor.shortReason();
  switch ((cursor.data[cursor.at] as number) >> 4) {
    case 4:
      cursor.layer = 'ipv4';
      return undefined;
    case 6:
      cursor.layer = 'ipv6';
      return undefined;
    default:
      return 'not-ip:other';
  }
}
