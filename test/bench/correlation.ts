/**
 * What correlation costs a send: `npx tsx test/bench/correlation.ts`.
 *
 * Requests of 360 bytes, 10,000 sessions that have each learnt a token, asked in turn; the median of five rounds.
 */
import type { PreparedRequest } from '../../core/index.ts';
import { type CorrelationOptions, Correlator, correlationSchema } from '../../emitter/correlation/index.ts';
import { request } from '../support/emitter/prepared-request.ts';
import { exchange, message } from '../support/exchanges/index.ts';

const SESSIONS = 10_000;
const REQUESTS = 200_000;
const ROUNDS = 5;

const RULES: CorrelationOptions = ['token', 'order', 'csrf', 'user', 'cart'].map((name) => ({
  name,
  learn: { from: `json:${name}` },
}));
const RECORDED = Object.fromEntries(RULES.map(({ name }) => [name, `${name}-recorded-0123456789`]));
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n';
const LOGIN = exchange({ operation: 'POST /login', response: message(HEAD, JSON.stringify(RECORDED)) });
const PAGE = exchange({
  response: message(HEAD, JSON.stringify({ items: Array.from({ length: 60 }, () => 'an item') })),
});

function learnt(rules: CorrelationOptions): Correlator {
  const correlator = new Correlator(correlationSchema.parse(rules));
  const learnable = correlator.recorded(LOGIN);
  if (learnable === undefined) throw new Error('nothing to be learnt from the login');
  for (let i = 0; i < SESSIONS; i++) {
    const values = rules.map(({ name }) => [name, `${name}-${i}-0123456789abcdef`]);
    correlator.learn(`session-${i}`, learnable, Buffer.from(HEAD + JSON.stringify(Object.fromEntries(values))));
  }
  return correlator;
}

function requestWith(line: string, fields: string, body = ''): PreparedRequest {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  const head = `${line} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n${fields}${length}`;
  return request(`${head}X-Padding: ${'p'.repeat(Math.max(0, 345 - head.length - body.length))}\r\n\r\n${body}`);
}

function median(work: (i: number) => void): number {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const { user, system } = process.cpuUsage();
    for (let i = 0; i < REQUESTS; i++) work(i);
    const used = process.cpuUsage();
    if (round > 0) rounds.push((used.user - user + used.system - system) / REQUESTS);
  }
  return rounds.sort((one, other) => one - other)[ROUNDS >> 1] as number;
}

const sessions = Array.from({ length: SESSIONS }, (_, i) => `session-${i}`);
const cases: Record<string, PreparedRequest> = {
  'nothing of it there': requestWith('GET /items/17?full=1', 'Cookie: theme=dark\r\n'),
  'a token in a header': requestWith('GET /items/17?full=1', `Authorization: Bearer ${RECORDED.token}\r\n`),
  'a token in a JSON body': requestWith(
    'POST /cart',
    'Content-Type: application/json\r\n',
    `{"token":"${RECORDED.token}"}`,
  ),
};
const one = learnt(RULES.slice(0, 1));
const five = learnt(RULES);
const print = (name: string, micros: number): void => console.log(`${name.padEnd(44)}${micros.toFixed(2)} µs of CPU`);
print(
  'no session of it',
  median(() => void one.rewrite('unknown', cases['nothing of it there'] as PreparedRequest)),
);
for (const [name, sent] of Object.entries(cases)) {
  print(
    `${name}, one value`,
    median((i) => void one.rewrite(sessions[i % SESSIONS] as string, sent)),
  );
  print(
    `${name}, five values`,
    median((i) => void five.rewrite(sessions[i % SESSIONS] as string, sent)),
  );
}
print(
  'planning, no value in the answer, five rules',
  median(() => void five.recorded(PAGE)),
);
const narrow = new Correlator(
  correlationSchema.parse(
    RULES.map((rule) => ({ ...rule, learn: { ...rule.learn, where: { operation: 'POST /login' } } })),
  ),
);
print(
  'planning, other operation, five rules',
  median(() => void narrow.recorded(PAGE)),
);
