/** Exchanges → the bytes of a file in one of the formats that other tools read. */
import type { Exchange } from '../../core/index.ts';
import { encodeDelimited, formatExchangeRecord, GorWriter, HarWriter, SyntheticCapture } from '../../formats/index.ts';
import { toHarEntry } from './har-entry.ts';

export const EXPORT_FORMATS = ['pcapng', 'gor', 'har', 'jsonl', 'protobuf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Why an exchange has no place in a format. */
export interface LeftOut {
  readonly leftOut: string;
}

export interface ExchangeWriter {
  /** What the format cannot keep, in a sentence; empty where it keeps everything. */
  readonly loses: string;
  start(): Uint8Array | string;
  /** Exchanges come in the order of their times. */
  add(exchange: Exchange): Uint8Array | string | LeftOut;
  end(): Uint8Array | string;
}

/** @param version of this build, named in the file where the format has a place for it */
export function exchangeWriter(format: ExportFormat, version: string): ExchangeWriter {
  switch (format) {
    case 'pcapng':
      return pcapngWriter(version);
    case 'gor':
      return gorWriter();
    case 'har':
      return harWriter(version);
    case 'jsonl':
      return { loses: '', start: () => '', add: (exchange) => `${formatExchangeRecord(exchange)}\n`, end: () => '' };
    case 'protobuf':
      return { loses: '', start: () => '', add: encodeDelimited, end: () => '' };
    default:
      return format satisfies never;
  }
}

function pcapngWriter(version: string): ExchangeWriter {
  const capture = new SyntheticCapture();
  return {
    loses:
      'the packets are synthesised: sizes, retransmissions, TCP options and times within a message are made up; ' +
      'why a message has no partner is not told',
    start: () => capture.start(`bytecopy ${version}`),
    add: (exchange) => capture.add(exchange),
    end: () => capture.end(),
  };
}

function gorWriter(): ExchangeWriter {
  const writer = new GorWriter();
  return {
    loses: 'interim answers, answers that are not whole and the addresses of servers are left out',
    start: () => '',
    add: (exchange) => {
      const records = writer.add(exchange);
      return typeof records === 'string' ? { leftOut: records } : records;
    },
    end: () => '',
  };
}

function harWriter(version: string): ExchangeWriter {
  const writer = new HarWriter();
  return {
    loses:
      'bodies are decoded: chunk framing, content codings, trailers and interim answers are left out; ' +
      'that an answer is not whole is not told',
    start: () => writer.start('bytecopy', version),
    add: (exchange) => {
      const entry = toHarEntry(exchange);
      return typeof entry === 'string' ? { leftOut: entry } : writer.add(entry);
    },
    end: () => writer.end(),
  };
}
