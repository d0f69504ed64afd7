/** Files ↔ packets and exchanges, pure: bytes in, values out; nobody here opens a file. */
export { formatExchangeLine } from './jsonl/exchange-line.ts';
export { CaptureReader } from './pcap/capture-reader.ts';
export { encodePcapHeader, encodePcapRecord } from './pcap/pcap-writer.ts';
