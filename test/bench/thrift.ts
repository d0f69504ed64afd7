/**
 * The built command line on a large capture file of Thrift calls: parsing, the ledger only and as JSON lines, whole
 * processes, beside tshark where it is installed; and the parser alone, by transport and encoding.
 *
 *     npm run build && npx tsx test/bench/thrift.ts [calls]
 */
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Flow, flowIdFromHandshake, Ledger, LINK_TYPE } from '../../core/index.ts';
import { encodePcapHeader, encodePcapRecord } from '../../formats/index.ts';
import { ExchangeParser } from '../../parser/index.ts';
import { BIN } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { requires } from '../support/requirements.ts';
import {
  call,
  type Encoding,
  type Fields,
  framed,
  i32,
  list,
  map,
  message,
  reply,
  string,
  struct,
  theader,
  ttheader,
} from '../support/thrift/wire.ts';
import { costOf, machineLine, median, type ProcessCost, peakMemoryOf } from './whole-process.ts';

const RUNS = 3;
const CONNECTIONS_AT_ONCE = 50;
const CALLS_PER_CONNECTION = 100;
const STARTED_AT = 1_790_000_000_000_000;
const METHODS = ['ItemService:find', 'ItemService:reserve', 'getPrices', 'updateStock', 'ping'];

/** About 170 bytes of arguments and 200 of result. */
const asked = (n: number): Fields => [
  [
    1,
    struct([1, i32(n)], [2, string(`customer-${n}`)], [255, struct([1, string('4bf92f3577b34da6a3ce929d0e0e4736')])]),
  ],
  [2, list('i32', ...[1, 2, 3, 4, 5].map((each) => i32(each * n)))],
  [3, map('string', 'string', [string('locale'), string('en_GB')], [string('currency'), string('EUR')])],
];
const answered = (n: number): Fields => [
  [
    0,
    struct(
      [1, list('struct', ...[1, 2, 3, 4].map((each) => struct([1, i32(each)], [2, string(`item ${n} ${each}`)])))],
      [2, string('x'.repeat(60))],
    ),
  ],
];

function pair(encoding: Encoding, n: number): [Buffer, Buffer] {
  const name = METHODS[n % METHODS.length] as string;
  return [message(encoding, call(name, n), asked(n)), message(encoding, reply(name, n), answered(n))];
}

/** @returns how many calls were written: `calls` rounded up to whole rounds of connections */
async function writeCapture(path: string, calls: number): Promise<number> {
  const pairs = Array.from({ length: 1000 }, (_, n) => pair('binary', n + 1).map(framed) as [Buffer, Buffer]);
  const stream = createWriteStream(path);
  stream.write(encodePcapHeader(LINK_TYPE.ethernet));
  let written = 0;
  for (let round = 0; written < calls; round++) {
    const packets = [];
    for (let connection = 0; connection < CONNECTIONS_AT_ONCE; connection++) {
      const talk = conversation({
        client: `10.1.${round % 250}.${connection + 1}:${20_000 + (round % 40_000)}`,
        server: '10.0.0.2:9090',
        clientIsn: round * 7919 + connection,
        startAt: STARTED_AT + round * 200_000 + connection,
        stepMicros: CONNECTIONS_AT_ONCE,
      }).handshake();
      for (let n = 0; n < CALLS_PER_CONNECTION; n++) {
        const [request, response] = pairs[written++ % pairs.length] as [Buffer, Buffer];
        talk.client(request).server(response);
      }
      packets.push(...talk.close().packets);
    }
    packets.sort((one, other) => one.at - other.at);
    for (const packet of packets) stream.write(encodePcapRecord(packet));
    if (stream.writableNeedDrain) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return written;
}

function flowNumber(number: number): Flow {
  return {
    id: flowIdFromHandshake(number, number + 7, 40_000 + number),
    client: { address: '10.0.0.1', port: 40_000 + number },
    server: { address: '10.0.0.2', port: 9090 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: 1,
  };
}

/** The parser alone. @returns calls a CPU-second */
function parse(pairs: readonly (readonly [Uint8Array, Uint8Array])[], calls: number): number {
  const parser = new ExchangeParser({ announceRequests: false }, { ledger: new Ledger() });
  const flows = Array.from({ length: CONNECTIONS_AT_ONCE }, (_, number) => flowNumber(number));
  const offsets = flows.map(() => [0, 0] as [number, number]);
  for (const flow of flows) parser.push({ kind: 'open', flow, at: 1 });
  const before = process.cpuUsage();
  let exchanges = 0;
  for (let n = 0; n < calls; n++) {
    const of = n % flows.length;
    const offset = offsets[of] as [number, number];
    for (const direction of [0, 1] as const) {
      const bytes = (pairs[n % pairs.length] as [Uint8Array, Uint8Array])[direction];
      const flow = flows[of] as Flow;
      exchanges += parser.push({ kind: 'data', flow, direction, offset: offset[direction], bytes, at: n }).length;
      offset[direction] += bytes.length;
    }
  }
  const { user, system } = process.cpuUsage(before);
  if (exchanges !== calls) throw new Error(`${exchanges} exchanges of ${calls} calls`);
  return calls / ((user + system) / 1e6);
}

const rate = (value: number) => Math.round(value).toLocaleString().padStart(11);

const SHAPES: readonly (readonly [string, Encoding, (payload: Uint8Array) => Uint8Array])[] = [
  ['framed binary', 'binary', framed],
  ['unframed binary', 'binary', (payload) => payload],
  ['framed compact', 'compact', framed],
  ['unframed compact', 'compact', (payload) => payload],
  ['THeader', 'compact', (payload) => theader(payload, { values: { 'x-trace-id': 'abc', client: 'front' } })],
  ['TTHeader', 'binary', (payload) => ttheader(payload, { integers: { 2: 'abc', 3: 'front', 6: 'items', 9: 'find' } })],
];

const folder = mkdtempSync(join(tmpdir(), 'bytecopy-bench-'));
try {
  const path = join(folder, 'thrift.pcap');
  const calls = await writeCapture(path, Number(process.argv[2] ?? 200_000));
  console.log(machineLine());
  const [request, response] = pair('binary', 500).map((each) => each.length + 4);
  console.log(
    `${calls} framed binary calls of ${request} bytes, answers of ${response}, medians of ${RUNS} whole processes\n`,
  );
  const report = (name: string, costs: readonly ProcessCost[], of = calls): number => {
    const cpu = of / median(costs.map(({ cpuSeconds }) => cpuSeconds));
    console.log(`${name.padEnd(30)}${rate(cpu)} calls per CPU-second`);
    return cpu;
  };
  const runs = (run: () => ProcessCost) => Array.from({ length: RUNS }, run);
  const bytecopy = (...args: readonly string[]) => runs(() => costOf(process.execPath, BIN, 'parse', ...args));
  const summary = report('parse --summary', bytecopy('--summary', path));
  report('parse --summary, four times', bytecopy('--summary', path, path, path, path), calls * 4);
  report('parse, JSON lines', bytecopy(path));
  console.log(`memory ${await peakMemoryOf(process.execPath, BIN, 'parse', '--summary', path)} MB at most`);
  if (requires('tshark').met) {
    const filter = ['-n', '-Y', 'thrift', '-T', 'fields', '-e', 'thrift.method', '-e', 'thrift.seq_id'];
    const tshark = report('tshark', [costOf('tshark', ...filter, '-r', path)]);
    console.log(`parse --summary is ${(summary / tshark).toFixed(0)} times tshark`);
  }
  console.log('\nthe parser alone, copying included, one chunk a message');
  for (const [name, encoding, wrap] of SHAPES) {
    const pairs = Array.from({ length: 1000 }, (_, n) => pair(encoding, n + 1).map(wrap) as [Uint8Array, Uint8Array]);
    console.log(`${name.padEnd(30)}${rate(median(Array.from({ length: RUNS }, () => parse(pairs, 100_000))))}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
