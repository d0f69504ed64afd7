/**
 * Cost per byte of bodies from 1 MB to 1 GB, from packets to exchanges, with a length and chunked; and the memory that
 * a body beyond the kept limit takes: `npx tsx test/bench/large-bodies.ts [largest in MB]`.
 */
import { StreamAssembler } from '../../collector/index.ts';
import { type Exchange, Ledger, type Packet } from '../../core/index.ts';
import { ExchangeParser, type ParserEvent } from '../../parser/index.ts';
import { conversation, packetOf, type Trace, toPacket } from '../support/packets/index.ts';
import { machineLine } from './whole-process.ts';

const SEGMENT_BYTES = 1460;
/** Where the sequence number stands in an Ethernet packet of IPv4 without options. */
const SEQUENCE_AT = 14 + 20 + 4;
const CHUNK_BYTES = 64 * 1024;

const largest = Number(process.argv[2] ?? 1024);

console.log(machineLine());
for (const megabytes of [1, 10, 100, 1024].filter((size) => size <= largest)) {
  const withLength = measure(megabytes * 1024 * 1024, false);
  const chunked = measure(megabytes * 1024 * 1024, true);
  console.log(
    `${`${megabytes} MiB`.padStart(8)}  ${withLength.nanosPerByte.toFixed(2)} ns a byte with a length, ` +
      `${chunked.nanosPerByte.toFixed(2)} chunked; ${Math.max(withLength.residentMegabytes, chunked.residentMegabytes)} MB resident`,
  );
}

/** One download of that many bytes; repeated until 100 MB went by, so that small ones are measured too. */
function measure(bodyBytes: number, chunked: boolean): { nanosPerByte: number; residentMegabytes: number } {
  const rounds = Math.max(1, Math.ceil((100 * 1024 * 1024) / bodyBytes));
  let resident = 0;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) resident = Math.max(resident, download(bodyBytes, chunked));
  const { user, system } = process.cpuUsage(before);
  return { nanosPerByte: ((user + system) * 1000) / (rounds * bodyBytes), residentMegabytes: resident };
}

/** @returns memory at the end of it, in MB */
function download(bodyBytes: number, chunked: boolean): number {
  const ledger = new Ledger();
  const assembler = new StreamAssembler({}, { ledger });
  const parser = new ExchangeParser({ announceRequests: false }, { ledger });
  const exchanges: Exchange[] = [];
  const take = (events: readonly ParserEvent[]) => {
    for (const event of events) if (event.kind === 'exchange') exchanges.push(event.exchange);
  };
  const push = (packet: Packet) => {
    for (const chunk of assembler.push(packet)) take(parser.push(chunk));
  };
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bodyBytes}`;
  const trace: Trace = conversation()
    .handshake()
    .client('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
    .server(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`)
    .trace();
  for (const packet of trace.packets) push(packet);
  const last = trace.segments.filter(({ from }) => from === 'server').at(-1);
  if (last === undefined) throw new Error('no response');
  let sequence = last.fields.sequence + last.fields.payload.length;
  let at = last.at;
  const template = toPacket({ ...last, fields: { ...last.fields, payload: new Uint8Array(SEGMENT_BYTES) } });
  const headerBytes = template.data.length - SEGMENT_BYTES;
  for (const payload of bodySegments(bodyBytes, chunked)) {
    const data = new Uint8Array(template.data.subarray(0, headerBytes + payload.length));
    data.set(payload, headerBytes);
    new DataView(data.buffer).setUint32(SEQUENCE_AT, sequence >>> 0);
    new DataView(data.buffer).setUint16(16, data.length - 14);
    sequence += payload.length;
    at += 1;
    push(packetOf(data, { linkType: 1, at }));
  }
  const residentMegabytes = Math.round(process.memoryUsage().rss / 1e6);
  for (const chunk of assembler.end(at)) take(parser.push(chunk));
  take(parser.end(at));
  const response = exchanges[0]?.response;
  if (exchanges.length !== 1 || response?.complete !== true || response.byteCount < bodyBytes) {
    throw new Error(`not one whole download: ${JSON.stringify(ledger.report())}`);
  }
  return residentMegabytes;
}

/** The bytes behind the head, cut into segments; views of one buffer that never changes. */
function* bodySegments(bodyBytes: number, chunked: boolean): Generator<Uint8Array> {
  const letters = Buffer.alloc(CHUNK_BYTES, 'y');
  const piece = chunked
    ? Buffer.concat([Buffer.from(`${CHUNK_BYTES.toString(16)}\r\n`), letters, Buffer.from('\r\n')])
    : letters;
  for (let sent = 0; sent < bodyBytes; sent += CHUNK_BYTES) yield* segmentsOf(piece);
  if (chunked) yield Buffer.from('0\r\n\r\n');
}

function* segmentsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += SEGMENT_BYTES) yield bytes.subarray(start, start + SEGMENT_BYTES);
}
