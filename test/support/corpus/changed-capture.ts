/**
 * A capture as another place would have seen it: other ports, other sequence numbers, another link type.
 *
 * Ethernet frames with IPv4 or IPv6 directly in them become raw IP; inside them, or behind a VLAN tag, TCP ports move by
 * {@link PORT_SHIFT} and sequence numbers by {@link SEQUENCE_SHIFT}, so that streams wrap elsewhere. Checksums are left
 * wrong, as offload leaves them. What is tunnelled stays as it is.
 */
import { type CaptureSource, LINK_TYPE, type Packet } from '../../../core/index.ts';

const PORT_SHIFT = 10_007;
const SEQUENCE_SHIFT = 0xfffff000;

const ETHERNET_BYTES = 14;
const TAG_BYTES = 4;
const TCP = 6;
const ACK = 0x10;

export function changed(source: CaptureSource): CaptureSource {
  return {
    name: `${source.name}, changed`,
    capabilities: source.capabilities,
    packets: () => changedBatches(source),
    started: () => source.started(),
    statistics: () => source.statistics(),
    stop: () => source.stop(),
  };
}

async function* changedBatches(source: CaptureSource): AsyncIterable<readonly Packet[]> {
  for await (const batch of source.packets()) yield batch.map(changePacket);
}

function changePacket(packet: Packet): Packet {
  if (packet.linkType !== LINK_TYPE.ethernet || packet.end - packet.start < ETHERNET_BYTES) return packet;
  const data = packet.data.slice(packet.start, packet.end);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const moved = { ...packet, data, start: 0, end: data.length };
  let ipAt = ETHERNET_BYTES;
  let etherType = view.getUint16(12);
  for (; etherType === 0x8100 && ipAt + TAG_BYTES <= data.length; ipAt += TAG_BYTES)
    etherType = view.getUint16(ipAt + 2);
  const segmentAt =
    etherType === 0x0800 ? segmentInIpv4(view, ipAt) : etherType === 0x86dd ? segmentInIpv6(view, ipAt) : -1;
  if (segmentAt >= 0) moveSegment(view, segmentAt);
  const isPlain = ipAt === ETHERNET_BYTES && (etherType === 0x0800 || etherType === 0x86dd);
  if (!isPlain) return moved;
  return { ...moved, linkType: LINK_TYPE.raw, start: ipAt, originalByteCount: packet.originalByteCount - ipAt };
}

/** Where the TCP header is; -1 where there is none, as in later fragments. */
function segmentInIpv4(view: DataView, at: number): number {
  if (at + 20 > view.byteLength || view.getUint8(at + 9) !== TCP || (view.getUint16(at + 6) & 0x1fff) !== 0) return -1;
  return at + (view.getUint8(at) & 0x0f) * 4;
}

function segmentInIpv6(view: DataView, at: number): number {
  return at + 40 <= view.byteLength && view.getUint8(at + 6) === TCP ? at + 40 : -1;
}

function moveSegment(view: DataView, at: number): void {
  if (at + 20 > view.byteLength) return;
  for (const port of [at, at + 2]) view.setUint16(port, 1 + ((view.getUint16(port) + PORT_SHIFT) % 0xffff));
  view.setUint32(at + 4, (view.getUint32(at + 4) + SEQUENCE_SHIFT) >>> 0);
  if ((view.getUint8(at + 13) & ACK) !== 0) view.setUint32(at + 8, (view.getUint32(at + 8) + SEQUENCE_SHIFT) >>> 0);
}
