/** Packets → pcap, µs resolution, least significant byte first; the record is drawn in `pcap-format.ts`. */
import type { ByteCount, Packet } from '../../core/index.ts';

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** What tcpdump writes as "not cut": the largest snap length that libpcap takes for Ethernet. */
const DEFAULT_SNAP_LENGTH: ByteCount = 262_144;

/** @param linkType LINKTYPE_ value of all packets of the file */
export function encodePcapHeader(linkType: number, snapLength: ByteCount = DEFAULT_SNAP_LENGTH): Uint8Array {
  const header = new Uint8Array(FILE_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snapLength, true);
  view.setUint32(20, linkType, true);
  return header;
}

/** One packet as a record: its header and its bytes. */
export function encodePcapRecord(packet: Packet): Uint8Array {
  const captured = packet.end - packet.start;
  const record = new Uint8Array(RECORD_HEADER_BYTES + captured);
  const view = new DataView(record.buffer);
  view.setUint32(0, Math.floor(packet.at / 1_000_000), true);
  view.setUint32(4, packet.at % 1_000_000, true);
  view.setUint32(8, captured, true);
  view.setUint32(12, packet.originalByteCount, true);
  record.set(packet.data.subarray(packet.start, packet.end), RECORD_HEADER_BYTES);
  return record;
}
