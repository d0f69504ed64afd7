/**
 * What a replay over several targets does in time while they change, 5,000 sends a second over real sockets: how soon a
 * dead nginx is out and what that costs, how long a drain takes, how long users are held who move, and what a target that
 * never answers costs the others as fast as possible.
 *
 *     npx tsx test/bench/several-targets.ts [seconds of each run]
 */
import { Ledger } from '../../core/index.ts';
import { mergeSnapshots, Replayer, type ReplayOptions, type ReplayReport } from '../../emitter/index.ts';
import { exchange, RECORDED_AT } from '../support/emitter/recording.ts';
import { answer, serve, serveRaw } from '../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../support/emitter/system-clock.ts';
import { seededRandom } from '../support/packets/seeded-random.ts';
import { findNginx, freePort, startNginx } from '../support/servers/nginx.ts';
import { startRequestCounter } from '../support/servers/request-counter.ts';

const PER_SECOND = 5_000;
const USERS = 1_000_000;
/** Of targets that take their time, so that there is something under way. */
const ANSWER_MS = 10;
const UNITS = ['north', 'east', 'south'] as const;
const seconds = Math.min(600, Number(process.argv[2] ?? 6));
const count = seconds * PER_SECOND;
const rate: ReplayOptions['timing'] = { kind: 'rate', perSecond: PER_SECOND };
const counters = await Promise.all([startRequestCounter(), startRequestCounter(), startRequestCounter()]);
const urls = counters.map(({ url }) => url);
const unhurried = await Promise.all(
  UNITS.map(() => serve(({ socket }) => setTimeout(() => socket.write(answer(200)), ANSWER_MS))),
);
const unhurriedUrls = unhurried.map(({ url }) => url);

await deadNginx();
await drain();
await units();
await neverAnswers();
await Promise.all([...counters.map((server) => server.stop()), ...unhurried.map((server) => server.close())]);

async function deadNginx(): Promise<void> {
  if (findNginx() === undefined) return console.log('nginx is not installed: not measured');
  const ports = [await freePort(), await freePort(), await freePort()];
  const servers = await Promise.all(ports.map((port) => startNginx({ port })));
  const targets = ports.map((port) => ({ to: `http://127.0.0.1:${port}` }));
  const check = { kind: 'http', path: '/' } as const;
  const health = { check, intervalMs: 100, timeoutMs: 100, fall: 2 };
  let diedAt = 0;
  const report = await replay({ targets: { pools: [{ name: 'all', targets }] }, health, timing: rate }, async () => {
    diedAt = SYSTEM_CLOCK.monotonic();
    await servers[0]?.stop();
  });
  await Promise.all(servers.map((server) => server.stop()));
  const out = report.routing?.health?.targets[0]?.timeline[0];
  const outMs = (out?.atMs ?? 0) - (diedAt - (report.routing?.startedAt ?? 0)) / 1_000;
  console.log(
    `an nginx of three dies: out after ${outMs.toFixed(0)} ms (budget 300: ${out?.why}), failed ${JSON.stringify(report.failed)} of ${count}`,
  );
}

async function drain(): Promise<void> {
  const of = (weight: number) => ({
    pools: [
      {
        name: 'all',
        weight: 1,
        standby: false,
        targets: unhurriedUrls.map((to, at) => ({ to, weight: at === 0 ? weight : 1 })),
      },
    ],
    balance: { by: 'weight' as const },
  });
  const report = await replay({ targets: of(1), timing: rate }, (replayer) => replayer.change({ targets: of(0) }));
  const [one] = report.routing?.targets.drains ?? [];
  console.log(
    `drained with ${one?.inFlight} under way: the last ended after ${((one?.drainedAfter ?? 0) / 1_000).toFixed(1)} ms, answered ${report.answered} of ${count}`,
  );
}

async function units(): Promise<void> {
  const of = (first: number, second: number, version: number) => ({
    user: 'header:x-user',
    hash: 'crc32' as const,
    slots: 100_000,
    ranges: [
      { unit: 'north', from: 0, to: first },
      { unit: 'east', from: first, to: second },
      { unit: 'south', from: second, to: 100_000 },
    ],
    overrides: {},
    unresolved: 'any' as const,
    hops: { header: 'x-hops', most: 3 },
    version,
  });
  const pools = UNITS.map((unit, at) => ({ name: unit, unit, targets: [{ to: unhurriedUrls[at] ?? '' }] }));
  const report = await replay({ targets: { pools }, units: of(33_000, 66_000, 1), timing: rate }, (replayer) =>
    replayer.change({ units: of(20_000, 50_000, 2) }),
  );
  const told = report.routing?.units;
  const [change] = told?.changes ?? [];
  console.log(
    `${USERS} users, ranges changed: ${change?.held} sends of ${change?.users} users held, ${((change?.longestHoldMicros ?? 0) / 1_000).toFixed(1)} ms at most, the last ${((change?.releasedAfterMicros ?? 0) / 1_000).toFixed(1)} ms after the commit; misrouted ${told?.misrouted}, answered ${report.answered} of ${count}`,
  );
}

async function neverAnswers(): Promise<void> {
  const silent = await serveRaw((socket) => socket.resume());
  for (const [what, to] of [
    ['three that answer', urls],
    ['one of three never answers', [silent.url, ...urls.slice(1)]],
  ] as const) {
    const pools = [{ name: 'all', targets: to.map((one) => ({ to: one })) }];
    const options = { targets: { pools }, timing: { kind: 'max' }, maxConnections: 16, timeoutMs: 3_000 } as const;
    const before = SYSTEM_CLOCK.monotonic();
    const report = await replay({ ...options, loop: 'forever', durationMs: seconds * 1_000 }, () => Promise.resolve());
    const took = (SYSTEM_CLOCK.monotonic() - before) / 1_000_000;
    console.log(
      `as fast as possible, ${what}: ${Math.round(report.answered / seconds)} answers a second, failed ${JSON.stringify(report.failed)}, not sent ${JSON.stringify(report.notSent)}, ${took.toFixed(1)} s`,
    );
  }
  await silent.close();
}

/** @param halfway what is done when half of the run is over */
async function replay(
  options: Partial<ReplayOptions>,
  halfway: (replayer: Replayer) => Promise<void>,
): Promise<ReplayReport> {
  const given = { target: 'several', runId: 'bench', maxConnections: 64, ...options };
  const replayer = new Replayer(given, { clock: SYSTEM_CLOCK, ledger: new Ledger() });
  const timer = setTimeout(() => void halfway(replayer), seconds * 500);
  const { report } = mergeSnapshots([await replayer.run(pages)]);
  clearTimeout(timer);
  return report;
}

async function* pages() {
  const random = seededRandom(1);
  for (let from = 0; from < count; from += 250) {
    yield await Promise.resolve(
      Array.from({ length: 250 }, (_, at) => {
        const user = `user-${Math.floor(random() * USERS)}`;
        const bytes = `GET /${from + at} HTTP/1.1\r\nHost: shop.example\r\nX-User: ${user}\r\n\r\n`;
        return exchange(bytes, { at: RECORDED_AT + (from + at) * 200, index: from + at });
      }),
    );
  }
}
