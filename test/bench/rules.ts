/**
 * What rules cost a request before it is sent: µs of CPU for check and build, without rules and with five typical ones,
 * beside the parser's rewriting alone with the same edits. Run: `npx tsx test/bench/rules.ts`
 *
 * `share` says what of the sending rate that takes where a send costs `SEND_MICROS` in all (emitter's README, "Measured").
 */
import os from 'node:os';
import { checkRules, RewriterCache, RuleList } from '../../emitter/rules/index.ts';
import { type RequestEdits, RequestRewriter } from '../../parser/index.ts';
import { exchange, message } from '../support/exchanges/index.ts';

const REQUESTS = 200_000;
const ROUNDS = 7;
const SEND_MICROS = 12.5;

const recorded = Array.from({ length: 1_000 }, (_, number) => {
  const path = `/api/v1/items/${number % 500}/details`;
  const request = message(
    `GET ${path}?page=${number}&full=1 HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: bench/1.0 (linux)\r\n` +
      'Accept: application/json, text/plain, */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en\r\n' +
      `Connection: keep-alive\r\ntraceparent: 00-${number.toString(16).padStart(32, '4')}-00f067aa0ba902b7-01\r\n` +
      'X-Client: front\r\n\r\n',
  );
  return exchange({ path, operation: `GET ${path}`, request });
});

const QUICK = { pattern: 're:^/api/v1/items/(\\d+)/(.*)$', with: '/api/v2/goods/$1/$2' };
const AUTOMATON = { pattern: 're:(?i)/(items|goods)/(\\d+)', with: '/v2/$1/$2' };
const five = (path: unknown) =>
  checkRules([
    { name: 'environment', do: [{ 'set-header': { 'X-Env': 'candidate' } }] },
    { name: 'language', match: { method: ['GET', 'HEAD'] }, do: [{ 'remove-header': 'Accept-Language' }] },
    { name: 'host', match: { header: { host: 'shop.example*' } }, do: [{ 'set-host': 'candidate.example:8081' }] },
    { name: 'version', match: { path: '/api/v1/*' }, do: [{ 'replace-path': path }] },
    { name: 'paging', match: { query: { page: '*' } }, do: [{ 'set-query': { page: '1' } }] },
  ]);
const MARKER: RequestEdits = { setHeaders: [['x-bytecopy-replay', 'run-17']] };
const SAME_EDITS: RequestEdits = {
  setHeaders: [['X-Env', 'candidate'], ...(MARKER.setHeaders ?? [])],
  removeHeaders: ['Accept-Language'],
  host: 'candidate.example:8081',
  path: (path) => path.replace('/api/v1/items/', '/api/v2/goods/'),
  query: { set: [['page', '1']] },
};

type Build = (request: (typeof recorded)[number]) => readonly Uint8Array[];

function byRules(rules: RuleList): Build {
  const rewriters = new RewriterCache({}, MARKER);
  return (one) => {
    const verdict = rules.apply(one);
    if (verdict.kind === 'left-out') throw new Error('left out');
    return rewriters.of(verdict.edits?.http).rewrite(one.request as never);
  };
}

function checkOnly(rules: RuleList): Build {
  return (one) => (rules.apply(one).kind === 'keep' ? (one.request?.parts ?? []) : []);
}

const alone = (edits: RequestEdits): Build => {
  const rewriter = new RequestRewriter(edits);
  return (one) => rewriter.rewrite(one.request as never);
};

const CASES: readonly (readonly [string, Build])[] = [
  ['marker alone, no rules', alone(MARKER)],
  ['same edits, parser alone', alone(SAME_EDITS)],
  ['an empty list', byRules(new RuleList([]))],
  ['five rules, check', checkOnly(new RuleList(five(QUICK)))],
  ['five rules', byRules(new RuleList(five(QUICK)))],
  ['five rules, automaton, check', checkOnly(new RuleList(five(AUTOMATON)))],
  ['five rules, automaton', byRules(new RuleList(five(AUTOMATON)))],
];

function microsOf(build: Build): number {
  let byteCount = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < REQUESTS; i++) byteCount += build(recorded[i % recorded.length] as never)[0]?.length ?? 0;
  const { user, system } = process.cpuUsage(before);
  if (byteCount === 0) throw new Error('nothing built');
  return (user + system) / REQUESTS;
}

console.log(`${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.version}`);
const figures = CASES.map((): number[] => []);
for (let round = 0; round <= ROUNDS; round++) {
  for (const [place, [, build]] of CASES.entries()) {
    const micros = microsOf(build);
    if (round > 0) figures[place]?.push(micros);
  }
}
const median = (values: number[]) => values.sort((one, other) => one - other)[values.length >> 1] as number;
const [base = 0] = figures.map(median);
for (const [place, [name]] of CASES.entries()) {
  const micros = median(figures[place] as number[]);
  const share = 1 - SEND_MICROS / (SEND_MICROS + micros - base);
  console.log(`${name}: ${micros.toFixed(2)} µs a request; ${Math.round(100 * share)} % of the sending rate`);
}
