/**
 * Requests rewritten a CPU-second, and what that takes of parsing them: 300,000 requests of 360 bytes, 50 keep-alive
 * flows. Run: `npx tsx test/bench/rewriting.ts`
 *
 * `parsed` is parser and serialiser alone, `rewritten` the same with five rules applied to each request.
 */
import os from 'node:os';
import { type Flow, flowIdFromHandshake, Ledger, type Message } from '../../core/index.ts';
import { ExchangeParser, type RequestEdits, RequestRewriter, serialiseRequest } from '../../parser/index.ts';

const REQUESTS = 300_000;
const FLOWS = 50;
const ROUNDS = 5;

const answer = Buffer.from('HTTP/1.1 204 No Content\r\nServer: bench\r\n\r\n');

const FIVE_RULES: RequestEdits = {
  setHeaders: [
    ['x-bytecopy-replay', 'run-17'],
    ['X-Env', 'candidate'],
  ],
  removeHeaders: ['Accept-Language'],
  host: 'candidate.example:8081',
  path: (path) => path.replace('/items/', '/v2/items/'),
};
const RULES: readonly (readonly [string, RequestEdits])[] = [
  ['five rules', FIVE_RULES],
  ['a header', { setHeaders: [['x-bytecopy-replay', 'run-17']] }],
  ['a path', { path: (path) => path.replace('/items/', '/v2/items/') }],
  ['a parameter', { query: { set: [['page', '1']] } }],
  ['a body', { body: Buffer.from('{"item":17}') }],
];

const requests = Array.from({ length: 1000 }, (_, number) => {
  const trace = number.toString(16).padStart(32, '4');
  return Buffer.from(
    `GET /items/${number % 500}?page=${number} HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: bench/1.0 (linux)\r\n` +
      'Accept: application/json, text/plain, */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en\r\n' +
      `Connection: keep-alive\r\ntraceparent: 00-${trace}-00f067aa0ba902b7-01\r\nX-Client: front\r\n\r\n`,
  );
});

const flows = Array.from(
  { length: FLOWS },
  (_, number): Flow => ({
    id: flowIdFromHandshake(number, number + 7, 40_000 + number),
    client: { address: '10.0.0.1', port: 40_000 + number },
    server: { address: '10.0.0.2', port: 8080 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: 1,
  }),
);

/** CPU-seconds of parsing all requests and handing each to `use`, which returns the bytes it has to send. */
function run(use: (request: Message) => number): number {
  const parser = new ExchangeParser({}, { ledger: new Ledger() });
  const offsets = flows.map((): [number, number] => [0, 0]);
  for (const flow of flows) parser.push({ kind: 'open', flow, at: 1 });
  let used = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < REQUESTS; i++) {
    const flow = flows[i % FLOWS] as Flow;
    const offset = offsets[i % FLOWS] as [number, number];
    for (const direction of [0, 1] as const) {
      const bytes = direction === 0 ? (requests[i % requests.length] as Buffer) : answer;
      for (const event of parser.push({ kind: 'data', flow, direction, offset: offset[direction], bytes, at: i })) {
        if (event.kind === 'request' && use(event.ready.request) > 0) used++;
      }
      offset[direction] += bytes.length;
    }
  }
  const { user, system } = process.cpuUsage(before);
  if (used !== REQUESTS) throw new Error(`${used} of ${REQUESTS} requests`);
  return (user + system) / 1e6;
}

function byteCountOf(parts: readonly Uint8Array[]): number {
  let byteCount = 0;
  for (const part of parts) byteCount += part.length;
  return byteCount;
}

const rate = (seconds: number) => Math.round(REQUESTS / seconds).toLocaleString('en');
const median = (values: number[]) => values.sort((one, other) => one - other)[values.length >> 1] as number;

console.log(`${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.version}`);
const parsed: number[] = [];
const rewritten = RULES.map((): number[] => []);
const rewriters = RULES.map(([, edits]) => new RequestRewriter(edits));
for (let round = 0; round <= ROUNDS; round++) {
  const seconds = run((request) => serialiseRequest(request)?.length ?? 0);
  if (round > 0) parsed.push(seconds);
  for (const [place, rewriter] of rewriters.entries()) {
    const its = run((request) => byteCountOf(rewriter.rewrite(request)));
    if (round > 0) rewritten[place]?.push(its);
  }
}
const base = median(parsed);
console.log(`parsed, unchanged: ${rate(base)} requests per CPU-second`);
for (const [place, [name]] of RULES.entries()) {
  const seconds = median(rewritten[place] as number[]);
  const alone = (1e6 * (seconds - base)) / REQUESTS;
  console.log(
    `with ${name}: ${rate(seconds)}, ${Math.round(100 * (1 - base / seconds))} % less; ${alone.toFixed(2)} µs a request`,
  );
}
