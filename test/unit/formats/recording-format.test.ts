import { expect, test } from 'vitest';
import { encodeDelimited, encodePcapHeader, formatExchangeRecord, recordingFormat } from '../../../formats/index.ts';
import { exchange } from '../../support/exchanges/index.ts';
import { exported } from '../../support/formats/index.ts';

test.each(['gor', 'har', 'jsonl', 'protobuf'] as const)(
  'what is exported as %s is known by its first bytes',
  (format) => {
    expect(recordingFormat(exported(format, [exchange()]).bytes)).toBe(format);
  },
);

test.each([
  ['pcapng', exported('pcapng', [exchange()]).bytes, 'capture'],
  ['pcap', Buffer.from(encodePcapHeader(1)), 'capture'],
  ['a .gor of 0.16', Buffer.from(`1 ${'a'.repeat(40)} 1000000000\nGET`), 'gor'],
  ['a HAR with a byte order mark', Buffer.from('\ufeff{\n  "log" : {'), 'har'],
  ['lines', Buffer.from(formatExchangeRecord(exchange())), 'jsonl'],
  ['messages', Buffer.from(encodeDelimited(exchange())), 'protobuf'],
  ['other JSON', Buffer.from('{"a":1}'), 'capture'],
  ['text', Buffer.from('1 fish 2 fish'), 'capture'],
  ['nothing', Buffer.alloc(0), 'capture'],
])('%s', (_, head, format) => expect(recordingFormat(head)).toBe(format));
