/** Files ↔ packets and exchanges, pure: bytes in, values out; nobody here opens a file. */
export { DelimitedReader, encodeDelimited } from './exchange-files/delimited-exchanges.ts';
export { ExchangeLinesReader, formatExchangeRecord } from './exchange-files/exchange-lines.ts';
export { GorReader } from './gor/gor-reader.ts';
export { type GorLoss, GorWriter } from './gor/gor-writer.ts';
export type { HarEntry, HarField } from './har/har-entry.ts';
export { HarReader } from './har/har-reader.ts';
export { HarWriter } from './har/har-writer.ts';
export { formatExchangeLine } from './jsonl/exchange-line.ts';
export { CaptureReader } from './pcap/capture-reader.ts';
export { encodePcapHeader, encodePcapRecord } from './pcap/pcap-writer.ts';
export { RECORDING_FORMATS, type RecordingFormat, recordingFormat, TELLING_BYTES } from './recording-format.ts';
export { SyntheticCapture } from './synthetic/synthetic-capture.ts';
