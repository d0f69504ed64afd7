/**
 * Ethernet, and what its type field announces.
 *
 *     Ethernet         destination 6 · source 6 · type 2, or length 2 and LLC
 *     802.1Q, 802.1ad  priority and VLAN 2 · next type 2
 *     802.1ah          priority and service 4 · Ethernet                  (provider backbone)
 *     FabricPath       tree and hop limit 2 · Ethernet
 *     VNTag            direction, ports 4 · next type 2
 *     Cisco metadata   version 1 · length 1 · option 2 · group 2 · next type 2
 *     PPPoE session    version and type 1 · code 1 · session 2 · length 2 · PPP      (RFC 2516)
 *
 * A tag of VLAN 0 carries only a priority and is no network of its own.
 */
import type { ByteCount } from '../../core/index.ts';
import { readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';
import { ETHER_TYPE, MAX_FRAME_LENGTH, notIp } from './ether-type.ts';
import type { IgnoredReason } from './ignored-reason.ts';

export function readEthernet(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(14)) return cursor.shortReason();
  cursor.etherType = readUint16(cursor.data, cursor.at + 12);
  cursor.at += 14;
  cursor.layer = 'ether-type';
  return undefined;
}

export function readEtherType(cursor: Cursor): IgnoredReason | undefined {
  switch (cursor.etherType) {
    case ETHER_TYPE.ipv4:
      cursor.layer = 'ipv4';
      return undefined;
    case ETHER_TYPE.ipv6:
      cursor.layer = 'ipv6';
      return undefined;
    case ETHER_TYPE.vlan:
    case ETHER_TYPE.providerVlan:
    case ETHER_TYPE.oldProviderVlan:
    case ETHER_TYPE.otherOldProviderVlan:
      return readVlan(cursor);
    case ETHER_TYPE.mpls:
    case ETHER_TYPE.mplsMulticast:
      cursor.layer = 'mpls';
      return undefined;
    case ETHER_TYPE.pppoeSession:
      return readPppoe(cursor);
    case ETHER_TYPE.ppp:
      cursor.layer = 'ppp';
      return undefined;
    case ETHER_TYPE.ethernet:
      cursor.layer = 'ethernet';
      return undefined;
    case ETHER_TYPE.providerBackbone:
      return readProviderBackbone(cursor);
    case ETHER_TYPE.vnTag:
      return stepOver(cursor, 6);
    case ETHER_TYPE.ciscoMetadata:
      return stepOver(cursor, 8);
    case ETHER_TYPE.fabricPath:
      return readFabricPath(cursor);
    default:
      if (cursor.etherType > MAX_FRAME_LENGTH) return notIp(cursor.etherType);
      cursor.layer = 'llc';
      return undefined;
  }
}

function readVlan(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(4)) return cursor.shortReason();
  const vlan = readUint16(cursor.data, cursor.at) & 0x0fff;
  if (vlan !== 0) cursor.enter('vlan', vlan);
  cursor.etherType = readUint16(cursor.data, cursor.at + 2);
  cursor.at += 4;
  return undefined;
}

function readPppoe(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(6)) return cursor.shortReason();
  const { data, at } = cursor;
  if (data[at] !== 0x11) return 'malformed';
  if (data[at + 1] !== 0) return 'not-ip:pppoe-discovery';
  cursor.enter('pppoe', readUint16(data, at + 2));
  const end = at + 6 + readUint16(data, at + 4);
  const fits = end <= cursor.wireEnd;
  cursor.moveTo(data, at + 6, cursor.end, fits ? end : cursor.wireEnd);
  // Padding of short frames has been seen inside the IP length, and not inside this one.
  cursor.endIsSure = fits;
  cursor.layer = 'ppp';
  return undefined;
}

function readProviderBackbone(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(4)) return cursor.shortReason();
  const { data, at } = cursor;
  cursor.enter('pbb', ((data[at + 1] as number) << 16) | readUint16(data, at + 2));
  cursor.at += 4;
  cursor.layer = 'ethernet';
  return undefined;
}

function readFabricPath(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(2)) return cursor.shortReason();
  cursor.enter('fabric-path');
  cursor.at += 2;
  cursor.layer = 'ethernet';
  return undefined;
}

/** A header that names no network and ends with the next type. */
function stepOver(cursor: Cursor, byteCount: ByteCount): IgnoredReason | undefined {
  if (!cursor.has(byteCount)) return cursor.shortReason();
  cursor.at += byteCount;
  cursor.etherType = readUint16(cursor.data, cursor.at - 2);
  return undefined;
}
