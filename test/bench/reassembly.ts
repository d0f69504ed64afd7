/**
 * Exchanges per CPU-second of reading, decoding and reassembling a capture: `npx tsx test/bench/reassembly.ts [exchanges]`.
 *
 * The capture is made in memory: 50 keep-alive connections over loopback, each exchange a request of 300 bytes, a
 * response of 1000, and the client's pure ACK; with `--acks` the server's pure ACK of the request, too. It is read as
 * a file would be, 1 MiB at a time, several times over; the best round counts.
 */
import { cpus } from 'node:os';
import { StreamAssembler } from '../../collector/index.ts';
import { Ledger } from '../../core/index.ts';
import { CaptureReader, encodePcapHeader, encodePcapRecord } from '../../formats/index.ts';
import { encodeIp, encodeLink, encodeTcp, packetOf, TCP_FLAG } from '../support/packets/index.ts';

const CONNECTIONS = 50;
const READ_BYTES = 1024 * 1024;
const ROUNDS = 5;
const exchanges = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 200_000);
const withAcks = process.argv.includes('--acks');

/** One record with place for ports, numbers and time, which are written into copies of it. */
function template(payload: Uint8Array, flags: number): Buffer {
  const end = { address: '127.0.0.1', port: 0 };
  const fields = { source: end, destination: end, sequence: 0, acknowledgment: 0, flags, payload };
  const ip = encodeIp(fields, encodeTcp(fields));
  const data = encodeLink({ linkType: 1, vlans: [], interfaceIndex: 0 }, ip);
  return Buffer.from(encodePcapRecord(packetOf(data, { linkType: 1, at: 0 })));
}

function makeCapture(): Buffer {
  const request = Buffer.from(`GET /items/1 HTTP/1.1\r\nHost: shop\r\nX-Pad: ${'x'.repeat(252)}\r\n\r\n`);
  const response = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 960\r\n\r\n${'y'.repeat(960)}`);
  const { syn, ack, psh } = TCP_FLAG;
  const none = Buffer.alloc(0);
  const templates = {
    syn: template(none, syn),
    synAck: template(none, syn | ack),
    ack: template(none, ack),
    request: template(request, psh | ack),
    response: template(response, psh | ack),
  };
  const perExchange = templates.request.length + templates.response.length + templates.ack.length * (withAcks ? 2 : 1);
  const capture = Buffer.alloc(24 + CONNECTIONS * 3 * templates.ack.length + exchanges * perExchange);
  capture.set(encodePcapHeader(1));
  let at = 24;
  let micros = 0;
  const put = (record: Buffer, fromClient: boolean, connection: number, sequence: number, acknowledged: number) => {
    record.copy(capture, at);
    capture.writeUInt32LE(1_700_000_000 + Math.floor(micros / 1_000_000), at);
    capture.writeUInt32LE(micros % 1_000_000, at + 4);
    const tcp = at + 16 + 14 + 20;
    capture.writeUInt16BE(fromClient ? 40_000 + connection : 80, tcp);
    capture.writeUInt16BE(fromClient ? 80 : 40_000 + connection, tcp + 2);
    capture.writeUInt32BE(sequence >>> 0, tcp + 4);
    capture.writeUInt32BE(acknowledged >>> 0, tcp + 8);
    at += record.length;
    micros += 5;
  };
  const sent = Array.from({ length: CONNECTIONS }, (_, connection) => ({ client: connection * 7919, server: 1 }));
  for (const [connection, one] of sent.entries()) {
    put(templates.syn, true, connection, one.client - 1, 0);
    put(templates.synAck, false, connection, one.server - 1, one.client);
    put(templates.ack, true, connection, one.client, one.server);
  }
  for (let i = 0; i < exchanges; i++) {
    const connection = i % CONNECTIONS;
    const one = sent[connection] as { client: number; server: number };
    put(templates.request, true, connection, one.client, one.server);
    one.client += request.length;
    if (withAcks) put(templates.ack, false, connection, one.server, one.client);
    put(templates.response, false, connection, one.server, one.client);
    one.server += response.length;
    put(templates.ack, true, connection, one.client, one.server);
  }
  return capture;
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function run(capture: Buffer): void {
  const ledger = new Ledger();
  const reader = new CaptureReader('bench');
  const assembler = new StreamAssembler({}, { ledger });
  let dataChunks = 0;
  for (let start = 0; start < capture.length; start += READ_BYTES) {
    for (const packet of reader.push(capture.subarray(start, start + READ_BYTES))) {
      for (const chunk of assembler.push(packet)) if (chunk.kind === 'data') dataChunks++;
    }
  }
  reader.end();
  assembler.end(0);
  if (dataChunks !== exchanges * 2 || !ledger.report().balanced || reader.failure !== undefined) {
    throw new Error(`${dataChunks} data chunks: ${JSON.stringify(ledger.report())}`);
  }
}

const capture = makeCapture();
const rates = Array.from({ length: ROUNDS }, () => exchanges / cpuSeconds(() => run(capture)));
const [cpu] = cpus();
console.log(`machine: ${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.version}`);
console.log(
  `capture: ${exchanges} exchanges, ${withAcks ? 4 : 3} packets each, ${(capture.length / 1e6).toFixed(0)} MB`,
);
console.log(
  `exchanges per CPU-second: best ${Math.max(...rates).toFixed(0)}, all ${rates.map((r) => r.toFixed(0)).join(' ')}`,
);
