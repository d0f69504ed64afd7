/**
 * Real captures: the bytes of all streams are as many as two independent judges found (`byte_judges` is `agree`), every
 * frame is read, and the ledger adds up. Differences are named with their reason.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { StreamAssembler } from '../../collector/index.ts';
import { Ledger, type StreamChunk } from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { testWith } from '../support/requirements.ts';
import { checkContract } from '../unit/collector/reassembly/assembled.ts';

const CORPUS = new URL('../../../shared/corpus/', import.meta.url);

/** File → stream bytes that are right here although the judges say otherwise, and why. */
const OTHER_BYTES: Readonly<Record<string, { readonly bytes: number; readonly why: string }>> = {
  'zeek+zeek/testing/btest/Traces/vlan-collisions.pcap': {
    bytes: 15_429,
    why: 'one conversation copied to three VLANs: the network is part of the flow here, the judges ignore it',
  },
  'the-tcpdump-group+tcpdump/tests/tcp_rst_data.pcap': {
    bytes: 0,
    why: 'text in a reset is no part of the stream (RFC 9293, section 3.10.7.4); it is discarded and counted',
  },
  'the-tcpdump-group+tcpdump/tests/tcp_rst_data-trunc.pcap': { bytes: 0, why: 'the same, cut' },
};

/** File → packets, where the index counts frames that are no packets. */
const OTHER_FRAMES: Readonly<Record<string, { readonly packets: number; readonly why: string }>> = {
  'hadrielk+pcapng-test-generator/output_be/basic/test018.pcapng': {
    packets: 4,
    why: 'tshark shows custom blocks as frames',
  },
};

/** Files of a link type that is not decoded. */
const REFUSED: ReadonlySet<string> = new Set([
  'OISF+suricata-verify/tests/decode-chdlc-01/hdlc-http_1tx.pcap',
  'arkime+arkime/tests/pcap/nflog.pcap',
]);

interface Row {
  readonly file: string;
  readonly frames: number;
  readonly agreedBytes: number | undefined;
}

function readIndex(): readonly Row[] {
  const [head = [], ...rows] = readFileSync(new URL('INDEX.tsv', CORPUS), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const cell = (row: readonly string[], name: string) => row[head.indexOf(name)] ?? '';
  return rows
    .filter((row) => cell(row, 'format').startsWith('pcap'))
    .map((row) => ({
      file: cell(row, 'file'),
      frames: Number(cell(row, 'frames')),
      agreedBytes: cell(row, 'byte_judges') === 'agree' ? Number(cell(row, 'stream_bytes')) : undefined,
    }));
}

function assemble(file: string) {
  const raw = readFileSync(new URL(file, CORPUS));
  const reader = new CaptureReader(file);
  const ledger = new Ledger();
  const assembler = new StreamAssembler({}, { ledger });
  const chunks: StreamChunk[] = [];
  let at = 0;
  for (const packet of reader.push(raw[0] === 0x1f ? gunzipSync(raw) : raw)) {
    chunks.push(...assembler.push(packet));
    at = Math.max(at, packet.at);
  }
  reader.end();
  chunks.push(...assembler.end(at));
  const bytes = chunks.reduce((sum, chunk) => sum + (chunk.kind === 'data' ? chunk.bytes.length : 0), 0);
  return { reader, report: ledger.report(), chunks, bytes };
}

testWith(['corpus'], 'every capture of the corpus is read and reassembled as its judges agree', () => {
  const rows = readIndex();
  let agreed = 0;
  for (const { file, frames, agreedBytes } of rows) {
    const { reader, report, chunks, bytes } = assemble(file);
    if (REFUSED.has(file)) {
      expect(reader.failure?.code, file).toBe('CAPTURE_LINK_TYPE');
      continue;
    }
    expect(reader.failure, file).toBeUndefined();
    expect(reader.packetCount, file).toBe(OTHER_FRAMES[file]?.packets ?? frames);
    expect(report.balanced, `${file}: ${JSON.stringify(report)}`).toBe(true);
    for (const [name, { held }] of Object.entries(report.accounts)) expect(held, `${file}: ${name}`).toBe(0);
    checkContract(chunks);
    if (agreedBytes === undefined) continue;
    expect(bytes, file).toBe(OTHER_BYTES[file]?.bytes ?? agreedBytes);
    agreed++;
  }
  expect(rows.length).toBeGreaterThan(200);
  expect(agreed).toBeGreaterThan(100);
});
