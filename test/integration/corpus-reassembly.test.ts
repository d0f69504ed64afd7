/**
 * Real captures: the bytes of all streams are as many as two independent judges found (`byte_judges` is `agree`), every
 * frame is read, and the ledger adds up. Differences are named, with their reason and who confirms it; the table at the
 * end counts them.
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

interface Explained {
  readonly bytes: number;
  readonly why: string;
  readonly judge: string;
}

const RESET_TEXT = 'text in a reset is no part of the stream (RFC 9293, section 3.10.7.4); it is discarded and counted';
const RESET_JUDGE = 'tshark, which dissects the text as tcp.reset_cause';

/** File → stream bytes that are right here although the judges say otherwise. */
const OTHER_BYTES: Readonly<Record<string, Explained>> = {
  'zeek+zeek/testing/btest/Traces/vlan-collisions.pcap': {
    bytes: 15_429,
    why: 'one conversation copied to three VLANs: the network is part of the flow here',
    judge: 'Zeek with conn_key/vlan_fivetuple, whose tests of this file speak of three connections',
  },
  'the-tcpdump-group+tcpdump/tests/tcp_rst_data.pcap': { bytes: 0, why: RESET_TEXT, judge: RESET_JUDGE },
  'the-tcpdump-group+tcpdump/tests/tcp_rst_data-trunc.pcap': { bytes: 0, why: RESET_TEXT, judge: RESET_JUDGE },
};

/** File → packets, where the index counts frames that are no packets. */
const OTHER_FRAMES: Readonly<Record<string, { readonly packets: number; readonly why: string }>> = {
  'hadrielk+pcapng-test-generator/output_be/basic/test018.pcapng': {
    packets: 4,
    why: 'tshark shows custom blocks as frames',
  },
};

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
  const explained: string[] = [];
  const unexplained: string[] = [];
  let [tried, equal] = [0, 0];
  for (const { file, frames, agreedBytes } of rows) {
    const { reader, report, chunks, bytes } = assemble(file);
    expect(report.balanced, `${file}: ${JSON.stringify(report)}`).toBe(true);
    for (const [name, { held }] of Object.entries(report.accounts)) expect(held, `${file}: ${name}`).toBe(0);
    checkContract(chunks);
    expect(reader.failure, file).toBeUndefined();
    expect(reader.packetCount, file).toBe(OTHER_FRAMES[file]?.packets ?? frames);
    if (agreedBytes === undefined) continue;
    tried++;
    const other = OTHER_BYTES[file];
    if (bytes === agreedBytes) equal++;
    else if (bytes === other?.bytes) {
      explained.push(`${file}: ${bytes} bytes instead of ${agreedBytes}: ${other.why}; confirmed by ${other.judge}`);
    } else unexplained.push(`${file}: ${bytes} bytes instead of ${agreedBytes}`);
  }
  const table = [
    `captures whose bytes were judged   ${tried}`,
    `equal                              ${equal}`,
    `explained                          ${explained.length}`,
    ...explained.map((line) => `  ${line}`),
    `unexplained                        ${unexplained.length}`,
    ...unexplained.map((line) => `  ${line}`),
  ];
  console.log(table.map((line) => `  ${line}`).join('\n'));
  expect(unexplained).toEqual([]);
  expect(explained.length).toBe(Object.keys(OTHER_BYTES).length);
  expect(rows.length).toBeGreaterThan(200);
  expect(tried).toBeGreaterThan(100);
  expect(explained.length).toBeLessThanOrEqual(tried * 0.03);
});

testWith(['corpus'], 'one conversation on three VLANs is three flows, whose ids differ', () => {
  const { chunks } = assemble('zeek+zeek/testing/btest/Traces/vlan-collisions.pcap');
  const opened = chunks.flatMap((chunk) => (chunk.kind === 'open' ? [chunk.flow] : []));
  expect(opened.map(({ network }) => network)).toEqual(['', 'vlan:42', 'vlan:10/vlan:20']);
  expect(new Set(opened.map(({ id }) => id)).size).toBe(3);
});
