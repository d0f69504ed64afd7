import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Exchange, Ledger } from '../../../core/index.ts';
import type { CorrelationOptions } from '../../../emitter/correlation/index.ts';
import { mergeSnapshots, Replayer } from '../../../emitter/index.ts';
import { textOf } from '../../support/conversation.ts';
import { exchangesOf as exchangesIn } from '../../support/corpus/exchanges-of.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { exchangesOf, pcapOfTalks, recordTalks, TALK_REQUESTS } from '../../support/servers/token-recording.ts';
import { startTokenService, type TokenService } from '../../support/servers/token-service.ts';

const SESSIONS = 1_000;
const LOGIN = { operation: 'POST /login', status: '2xx' };
const RULES: CorrelationOptions = [
  { name: 'token', learn: { from: 'json:token', where: LOGIN } },
  { name: 'sid', learn: { from: 'cookie:sid', where: LOGIN }, replace: { in: ['cookie'] } },
  { name: 'auth', learn: { from: 'header:X-Auth-Token', where: LOGIN }, replace: { in: ['header'] } },
  { name: 'order', learn: { from: 'json:order', where: { operation: 'POST /orders' } } },
  { name: 'csrf', learn: { from: 'body:re:name="csrf" value="([^"]*)"' }, replace: { in: ['body'] } },
];

const open: TokenService[] = [];
afterEach(async () => {
  for (const service of open.splice(0)) await service.close();
});

async function service(): Promise<TokenService> {
  const started = await startTokenService();
  open.push(started);
  return started;
}

/** Talks with one server that has given out its own tokens; no other server knows them. */
async function recorded(count: number): Promise<Exchange[]> {
  const { port } = await service();
  return exchangesOf(await recordTalks(port, count));
}

/** As fast as possible, all sessions at the same time, each in its order. */
function replayed(exchanges: readonly Exchange[], target: string, correlate: CorrelationOptions | undefined) {
  const ledger = new Ledger();
  const replayer = new Replayer(
    {
      target,
      runId: 'run',
      timing: { kind: 'max' },
      maxConnections: 8,
      writes: 'allow',
      session: 'session',
      correlate,
    },
    { clock: SYSTEM_CLOCK, ledger },
  );
  return reportOf(replayer.run(onePage(exchanges)));
}

async function* onePage(exchanges: readonly Exchange[]) {
  yield await Promise.resolve(exchanges);
}

const told = ({ answers }: TokenService) => Object.fromEntries([...answers].sort());

test('without correlation stale tokens are refused, with it 1,000 sessions go as recorded', async () => {
  const exchanges = await recorded(SESSIONS);
  expect(exchanges).toHaveLength(SESSIONS * TALK_REQUESTS);
  const without = await service();
  await replayed(exchanges, without.url, undefined);
  expect(told(without)).toEqual({
    'GET /form 401': SESSIONS,
    'GET /orders/ 401': SESSIONS,
    'GET /profile 401': SESSIONS,
    'POST /form 401': SESSIONS,
    'POST /login 200': SESSIONS,
    'POST /orders 401': SESSIONS,
  });
  const target = await service();
  const report = await replayed(exchanges, target.url, RULES);
  expect(told(target)).toEqual({
    'GET /form 200': SESSIONS,
    'GET /orders/ 200': SESSIONS,
    'GET /profile 200': SESSIONS,
    'POST /form 200': SESSIONS,
    'POST /login 200': SESSIONS,
    'POST /orders 201': SESSIONS,
  });
  const third = (index: number): number => Math.ceil((SESSIONS - index) / 3);
  expect(report.answered).toBe(SESSIONS * TALK_REQUESTS);
  expect(report.correlation).toMatchObject({
    rules: [
      { name: 'token', learnt: third(0), missing: 0, replaced: 5 * third(0) },
      { name: 'sid', learnt: third(1), missing: 0, replaced: 5 * third(1) },
      { name: 'auth', learnt: third(2), missing: 0, replaced: 5 * third(2) },
      { name: 'order', learnt: SESSIONS, missing: 0, replaced: 2 * SESSIONS },
      { name: 'csrf', learnt: SESSIONS, missing: 0, replaced: SESSIONS },
    ],
    rewritten: 5 * SESSIONS,
    sessions: SESSIONS,
    sessionsDropped: 0,
  });
}, 60_000);

test('two emitters that share 1,000 sessions learn each session where it is', async () => {
  const exchanges = await recorded(SESSIONS);
  const target = await service();
  const options = {
    target: target.url,
    maxConnections: 8,
    writes: 'allow',
    session: 'session',
    correlate: RULES,
  } as const;
  const shards = [0, 1].map((index) => {
    const given = { ...options, runId: 'run', timing: { kind: 'max' }, shard: { index, count: 2 } } as const;
    return new Replayer(given, { clock: SYSTEM_CLOCK, ledger: new Ledger() }).run(onePage(exchanges));
  });
  const { report } = mergeSnapshots(await Promise.all(shards));
  expect([...target.answers].filter(([what]) => what.endsWith(' 401'))).toEqual([]);
  expect(report.answered).toBe(SESSIONS * TALK_REQUESTS);
  expect(report.correlation).toMatchObject({ rewritten: 5 * SESSIONS, sessions: SESSIONS, sessionsDropped: 0 });
}, 60_000);

test('a token of another session is as good as none', async () => {
  const exchanges = await recorded(3);
  const target = await service();
  const report = await replayed(
    exchanges.map((exchange) => ({ ...exchange, session: exchange.operation === 'POST /login' ? 'login' : 'rest' })),
    target.url,
    RULES,
  );
  expect(target.answers.get('GET /profile 401')).toBe(3);
  expect(report.correlation?.rewritten).toBe(0);
});

test('a capture of the talks holds the same requests and answers', async () => {
  const { port } = await service();
  const talks = await recordTalks(port, 4);
  const folder = await mkdtemp(join(tmpdir(), 'talks-'));
  const path = join(folder, 'talks.pcap');
  await writeFile(path, pcapOfTalks(talks));
  const { exchanges, ledger } = await exchangesIn(path);
  await rm(folder, { recursive: true });
  const bytes = ({ request, response }: Exchange) => [textOf(request), textOf(response)];
  expect(exchanges.map(bytes).sort()).toEqual(exchangesOf(talks).map(bytes).sort());
  expect(exchanges).toHaveLength(4 * TALK_REQUESTS);
  expect(ledger.balanced).toBe(true);
});
