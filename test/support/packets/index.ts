/** The packet builder: traffic for tests, as packets, pcap or pcapng bytes. */
export { type Conversation, type ConversationOptions, conversation, type Side } from './conversation.ts';
export type { LayerFields } from './encode-layers.ts';
export {
  encodeIp,
  encodeLink,
  encodeOnLink,
  encodeTcp,
  join,
  type SegmentFields,
  TCP_FLAG,
  uint16,
} from './encode-packet.ts';
export { type ByteOrder, pcapngBlocks } from './pcapng.ts';
export { seededRandom } from './seeded-random.ts';
export { packetOf, pcapOf, Trace, toPacket, type WireSegment } from './trace.ts';
