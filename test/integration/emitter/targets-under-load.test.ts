/** Targets that die, come back, are ill or are drained while 5,000 sends a second go over them: nothing is lost track of. */
import { afterEach, expect } from 'vitest';
import type { ReplayResult } from '../../../core/index.ts';
import type { ReplayOptions, ReplayReport } from '../../../emitter/index.ts';
import { routed, sum, until } from '../../support/emitter/routed-run.ts';
import { answer, type ScriptServer, serve } from '../../support/emitter/script-server.ts';
import { testWith } from '../../support/requirements.ts';
import { freePort, type Nginx, startNginx } from '../../support/servers/nginx.ts';
import { type RequestCounter, startRequestCounter } from '../../support/servers/request-counter.ts';

const PER_SECOND = 5_000;
const CONNECTIONS = 32;
const TIMING: ReplayOptions['timing'] = { kind: 'rate', perSecond: PER_SECOND };
const HEALTH = { check: { kind: 'http', path: '/alive' }, intervalMs: 100, timeoutMs: 100, fall: 2 } as const;
const BACK = { rise: 2, returnAfterMs: 300, rampMs: 800 } as const;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

async function nginx(port: number): Promise<Nginx> {
  const started = await startNginx({ port });
  cleanups.push(() => started.stop());
  return started;
}

async function counter(): Promise<RequestCounter> {
  const started = await startRequestCounter();
  cleanups.push(() => started.stop());
  return started;
}

async function unhurried(): Promise<ScriptServer> {
  const started = await serve(({ socket }) => setTimeout(() => socket.write(answer(200)), 10));
  cleanups.push(() => started.close());
  return started;
}

const urlOf = (port: number) => `http://127.0.0.1:${port}`;

function statesOf(report: ReplayReport, place: number) {
  return (report.routing?.health?.targets[place]?.timeline ?? []).map(({ from, to }) => `${from} > ${to}`);
}

testWith(
  ['nginx'],
  'an nginx that dies at 5,000/s costs what was under way until it is out, and comes back with a growing share',
  async () => {
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const [dying] = await Promise.all(ports.map((port) => nginx(port)));
    const results: ReplayResult[] = [];
    const targets = { pools: [{ name: 'all', targets: ports.map((port) => ({ to: urlOf(port) })) }] };
    const run = routed({
      count: 25_000,
      options: { targets, health: { ...HEALTH, ...BACK }, timing: TIMING },
      onResult: (result) => results.push(result),
    });
    const [replayer] = run.replayers;
    await run.answered(4_000);
    const diedAt = Date.now();
    await dying?.stop();
    await until(() => replayer?.progress().routing?.out.length === 1);
    await nginx(ports[0]);
    const report = await run.report;

    const died = `127.0.0.1:${ports[0]}`;
    const [health] = report.routing?.health?.targets ?? [];
    expect(statesOf(report, 0).slice(0, 3)).toEqual(['up > down', 'down > returning', 'returning > up']);
    expect(health?.timeline.every(({ why }) => why !== '')).toBe(true);
    expect(statesOf(report, 1)).toEqual([]);
    expect(statesOf(report, 2)).toEqual([]);
    // Only its own failed, and only before it was out: in flight, or sent until then.
    const failed = results.filter(({ outcome }) => outcome.startsWith('failed'));
    expect(failed.every(({ target }) => target === died)).toBe(true);
    expect(failed).toHaveLength(sum(report.failed));
    expect(report.notSent).toEqual({});
    const startedAt = Math.min(...results.map(({ dueAt }) => dueAt));
    const outAt = startedAt + (health?.timeline[0]?.atMs ?? 0) * 1_000;
    expect(failed.filter(({ dueAt }) => dueAt > outAt)).toEqual([]);
    const sentMeanwhile = results.filter(
      ({ target, dueAt }) => target === died && dueAt >= diedAt * 1_000 && dueAt <= outAt,
    );
    // Where this process was held up, some that were due before go late.
    expect(failed.length).toBeLessThanOrEqual(sentMeanwhile.length + CONNECTIONS + PER_SECOND / 10);
    // Back: first less than its third, then all of it.
    const backAt = startedAt + (health?.timeline[1]?.atMs ?? 0) * 1_000;
    const firstAfter = results.filter(({ dueAt }) => dueAt >= backAt && dueAt < backAt + 300_000);
    const ownShare = firstAfter.filter(({ target }) => target === died).length / firstAfter.length;
    expect(ownShare).toBeGreaterThan(0);
    expect(ownShare).toBeLessThan(0.3);
    const last = results.slice(-2_000);
    expect(last.filter(({ target }) => target === died).length).toBeGreaterThan(600);
    console.log(
      `out ${Math.round((outAt - diedAt * 1_000) / 1_000)} ms after its end (budget 300 ms and ejection), ${failed.length} of 25,000 failed`,
    );
  },
  60_000,
);

testWith(
  ['nginx'],
  'a standby nginx takes over when the only target dies, and gives back',
  async () => {
    const [main, spare] = [await freePort(), await freePort()];
    const dying = await nginx(main);
    const standby = await nginx(spare);
    const pools = [
      { name: 'main', targets: [{ to: urlOf(main) }] },
      { name: 'spare', standby: true, targets: [{ to: urlOf(spare) }] },
    ];
    const results: ReplayResult[] = [];
    const health = { ...HEALTH, ...BACK, rampMs: 0, eject: { mostEjectedShare: 1 } };
    const run = routed({
      count: 20_000,
      options: { targets: { pools }, health, timing: TIMING },
      onResult: (result) => results.push(result),
    });
    const [replayer] = run.replayers;
    await run.answered(3_000);
    await dying.stop();
    await until(() => replayer?.progress().routing?.out.length === 1);
    const again = await nginx(main);
    const report = await run.report;
    const lines = await standby.lines();
    const answeredBySpare = results.filter(
      ({ target, outcome }) => target === `127.0.0.1:${spare}` && outcome === 'answered',
    );
    expect(lines.filter((line) => line.includes('\t/items/'))).toHaveLength(answeredBySpare.length);
    expect(answeredBySpare.length).toBeGreaterThan(100);
    expect((await again.lines()).filter((line) => line.includes('\t/items/')).length).toBeGreaterThan(100);
    expect(results.slice(-500).every(({ target }) => target === `127.0.0.1:${main}`)).toBe(true);
    expect(statesOf(report, 0).slice(0, 2)).toEqual(['up > down', 'down > returning']);
    expect(report.answered + sum(report.failed)).toBe(20_000);
  },
  60_000,
);

testWith(
  [],
  'a target that answers its checks and fails its traffic is ejected by its failure share',
  async () => {
    const servers = [await counter(), await counter(), await counter()] as const;
    const [ill] = servers;
    const targets = { pools: [{ name: 'all', targets: servers.map(({ url }) => ({ to: url })) }] };
    const health = { check: { kind: 'tcp' }, intervalMs: 100, timeoutMs: 100, eject: { windowMs: 1_000 } } as const;
    const run = routed({ count: 15_000, options: { targets, health, timing: TIMING } });
    await run.answered(3_000);
    ill.say('HTTP/1.1 500 Ill\r\nContent-Length: 3\r\n\r\nill');
    const report = await run.report;
    expect(report.answered).toBe(15_000);
    const [change] = report.routing?.health?.targets[0]?.timeline ?? [];
    expect(change).toMatchObject({ from: 'up', to: 'ejected' });
    expect(change?.why).toMatch(/^\d+ of \d+ sends within 1 s failed$/);
    expect(statesOf(report, 0)).toEqual(['up > ejected']);
    expect(report.routing?.targets.targets[0]?.availability).toBe(0);
    expect(ill.requests()).toBeLessThan(5_000);
  },
  60_000,
);

testWith(
  [],
  'a target drained at 5,000/s fails nothing, and the time to its last request is told',
  async () => {
    // They take their time, so that there is something to be waited for.
    const servers = [await unhurried(), await unhurried()] as const;
    const of = (weight: number) => ({
      pools: [
        {
          name: 'all',
          weight: 1,
          standby: false,
          targets: [
            { to: servers[0].url, weight },
            { to: servers[1].url, weight: 1 },
          ],
        },
      ],
      balance: { by: 'weight' as const },
    });
    const run = routed({ count: 15_000, options: { targets: of(1), timing: TIMING } });
    const [replayer] = run.replayers;
    await run.answered(5_000);
    await replayer?.change({ targets: of(0) });
    await until(() => replayer?.progress().routing?.targets === 1);
    const report = await run.report;
    expect(report.answered).toBe(15_000);
    expect(report.routing?.targets.drains).toHaveLength(1);
    const [drain] = report.routing?.targets.drains ?? [];
    expect(drain).toMatchObject({ by: 'weight', state: 'drained' });
    expect(drain?.inFlight).toBeGreaterThan(0);
    expect(drain?.drainedAfter).toBeGreaterThan(0);
    expect(servers[0].heads.length + servers[1].heads.length).toBe(15_000);
    expect(servers[0].heads.length).toBeLessThan(5_000);
  },
  60_000,
);
