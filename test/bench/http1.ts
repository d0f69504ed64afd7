/**
 * Exchanges a CPU-second through the parser alone, copying included: 200,000 exchanges of 1.3 kB, one chunk a message,
 * on 50 keep-alive flows. Run: `npx tsx test/bench/http1.ts`
 */
import os from 'node:os';
import { type Flow, flowIdFromHandshake, Ledger, type StreamChunk } from '../../core/index.ts';
import { ExchangeParser } from '../../parser/index.ts';

const EXCHANGES = 200_000;
const FLOWS = 50;
const ROUNDS = 5;

const response = Buffer.from(
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sat, 21 Nov 2026 11:40:12 GMT\r\nContent-Type: application/json\r\n' +
    `Content-Length: 800\r\nConnection: keep-alive\r\nETag: "655c3b2c-320"\r\n\r\n${'x'.repeat(800)}`,
);

function request(number: number): Buffer {
  const trace = number.toString(16).padStart(32, '4');
  return Buffer.from(
    `GET /items/${number % 500}?page=${number} HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: bench/1.0 (linux)\r\n` +
      'Accept: application/json, text/plain, */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en\r\n' +
      `Connection: keep-alive\r\ntraceparent: 00-${trace}-00f067aa0ba902b7-01\r\nX-Client: front\r\n\r\n`,
  );
}

function flow(number: number): Flow {
  return {
    id: flowIdFromHandshake(number, number + 7, 40_000 + number),
    client: { address: '10.0.0.1', port: 40_000 + number },
    server: { address: '10.0.0.2', port: 8080 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: 1,
  };
}

const flows = Array.from({ length: FLOWS }, (_, number) => flow(number));
const requests = Array.from({ length: 1000 }, (_, number) => request(number));

function run(): { cpuSeconds: number; exchanges: number; bytes: number } {
  const ledger = new Ledger();
  const parser = new ExchangeParser({}, { ledger });
  const offsets = flows.map(() => [0, 0]);
  for (const one of flows) parser.push({ kind: 'open', flow: one, at: 1 });
  let exchanges = 0;
  let bytes = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < EXCHANGES; i++) {
    const of = i % FLOWS;
    const offset = offsets[of] as [number, number];
    const asked = requests[i % requests.length] as Buffer;
    for (const direction of [0, 1] as const) {
      const data = direction === 0 ? asked : response;
      const chunk: StreamChunk = {
        kind: 'data',
        flow: flows[of] as Flow,
        direction,
        offset: offset[direction],
        bytes: data,
        at: i,
      };
      offset[direction] += data.length;
      bytes += data.length;
      for (const event of parser.push(chunk)) if (event.kind === 'exchange') exchanges++;
    }
  }
  const { user, system } = process.cpuUsage(before);
  if (exchanges !== EXCHANGES || !ledger.report().balanced)
    throw new Error(`${exchanges} exchanges, or a ledger astray`);
  return { cpuSeconds: (user + system) / 1e6, exchanges, bytes };
}

console.log(`${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.version}`);
for (let round = 0; round < ROUNDS; round++) {
  const { cpuSeconds, exchanges, bytes } = run();
  const rate = Math.round(exchanges / cpuSeconds).toLocaleString('en');
  console.log(`${rate} exchanges per CPU-second, ${Math.round(bytes / cpuSeconds / 1e6)} MB/s`);
}
