import { expect, test } from 'vitest';
import { Ledger } from '../../../core/index.ts';
import { Replayer, type ReplayOptions } from '../../../emitter/index.ts';
import { recording } from '../../support/emitter/recording.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { answer, type ScriptServer, serve } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';

const pathOf = (head: string) => head.split(' ')[1] ?? '';

/** Servers that answer, as targets. */
async function withServers(count: number, use: (servers: readonly ScriptServer[]) => Promise<void>): Promise<void> {
  const servers: ScriptServer[] = [];
  try {
    for (let index = 0; index < count; index++) {
      servers.push(await serve(({ socket }) => socket.write(answer(200, `${index}`))));
    }
    await use(servers);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

function replay(count: number, options: Partial<ReplayOptions>, bytes?: (index: number) => string) {
  const ledger = new Ledger();
  const replayer = new Replayer(
    { target: 'several', runId: 'run', timing: { kind: 'max' }, maxConnections: 4, ...options },
    { clock: SYSTEM_CLOCK, ledger },
  );
  const exchanges = recording({ count, ...(bytes === undefined ? {} : { bytes }) });
  return {
    replayer,
    ledger,
    run: async () => {
      const report = await reportOf(replayer.run(() => pages(exchanges)));
      expect(report.balanced).toBe(true);
      expect(ledger.report().balanced).toBe(true);
      return report;
    },
  };
}

async function* pages(exchanges: ReturnType<typeof recording>) {
  for (let at = 0; at < exchanges.length; at += 256) yield await Promise.resolve(exchanges.slice(at, at + 256));
}

test('sends are shared by weight, as fast as possible too, and the report says what each target got', () =>
  withServers(3, async (servers) => {
    const [one, two, three] = servers.map(({ url }) => url) as [string, string, string];
    const targets = {
      pools: [
        {
          name: 'blue',
          weight: 60,
          targets: [
            { to: one, weight: 3 },
            { to: two, weight: 1 },
          ],
        },
        { name: 'green', weight: 40, targets: [{ to: three }] },
      ],
    };
    const report = await replay(2_000, { targets }).run();
    expect(report.answered).toBe(2_000);
    expect(servers.map(({ heads }) => heads.length)).toEqual([900, 300, 800]);
    expect(report.routing?.targets.targets.map(({ pool, sends }) => [pool, sends])).toEqual([
      ['blue', 900],
      ['blue', 300],
      ['green', 800],
    ]);
    expect(new Set(report.operations.map(({ target }) => target)).size).toBe(3);
  }));

test('equal keys stay at one target', () =>
  withServers(3, async (servers) => {
    const targets = {
      pools: [{ name: 'all', targets: servers.map(({ url }) => ({ to: url })) }],
      balance: { by: 'sticky' as const, key: 'header:x-user' },
    };
    const bytes = (index: number) =>
      `GET /${index % 50} HTTP/1.1\r\nHost: shop.example\r\nX-User: u${index % 50}\r\n\r\n`;
    const report = await replay(1_000, { targets }, bytes).run();
    expect(report.answered).toBe(1_000);
    const homes = new Map<string, Set<number>>();
    for (const [index, { heads }] of servers.entries()) {
      for (const head of heads) homes.set(pathOf(head), (homes.get(pathOf(head)) ?? new Set()).add(index));
    }
    expect(homes.size).toBe(50);
    expect([...homes.values()].every((targets) => targets.size === 1)).toBe(true);
    expect(servers.every(({ heads }) => heads.length > 100)).toBe(true);
  }));

test('each target reads its own Host where that is asked for', () =>
  withServers(2, async (servers) => {
    const targets = { pools: [{ name: 'all', targets: servers.map(({ url }) => ({ to: url })) }] };
    await replay(100, { targets, host: 'target' }).run();
    for (const { heads, port } of servers) {
      expect(heads.length).toBe(50);
      expect(heads.every((head) => head.includes(`\r\nHost: 127.0.0.1:${port}\r\n`))).toBe(true);
    }
  }));

test('a target that dies gives its share to the others, and only what was under way to it fails', () =>
  withServers(3, async (servers) => {
    const [dying] = servers as [ScriptServer];
    const targets = { pools: [{ name: 'all', targets: servers.map(({ url }) => ({ to: url })) }] };
    const health = { check: { kind: 'tcp' as const }, intervalMs: 50, timeoutMs: 50, fall: 2 };
    const { replayer, run } = replay(3_000, { targets, health, timing: { kind: 'rate', perSecond: 1_000 } });
    const running = run();
    const dies = setInterval(() => {
      if (replayer.progress().answered < 1_000) return;
      clearInterval(dies);
      void dying.close();
    }, 5);
    const report = await running;
    clearInterval(dies);
    const failed = Object.values(report.failed).reduce((sum, count) => sum + count, 0);
    expect(report.answered + failed).toBe(3_000);
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(600);
    const [first] = report.routing?.health?.targets ?? [];
    expect(first?.timeline[0]?.from).toBe('up');
    expect(report.routing?.targets.targets[0]?.availability).toBe(0);
  }));

test('standby takes over when all others are out, and without it nothing is sent', () =>
  withServers(2, async (servers) => {
    const [dead, spare] = servers as [ScriptServer, ScriptServer];
    await dead.close();
    const pools = [
      { name: 'main', targets: [{ to: dead.url }] },
      { name: 'spare', standby: true, targets: [{ to: spare.url }] },
    ];
    const health = { eject: { atLeast: 5, mostEjectedShare: 1 } };
    const timing = { kind: 'rate' as const, perSecond: 500 };
    const taken = await replay(300, { targets: { pools }, health, timing }).run();
    expect(spare.heads.length).toBeGreaterThan(200);
    expect(taken.answered).toBe(spare.heads.length);
    const alone = await replay(300, { targets: { pools: pools.slice(0, 1) }, health, timing }).run();
    expect(alone.notSent['no-target']).toBeGreaterThan(200);
  }));

test('a target that is taken out in the middle fails nothing, one that comes gets its share, and the drain is told', () =>
  withServers(3, async (servers) => {
    const [one, two, three] = servers.map(({ url }) => url) as [string, string, string];
    const poolOf = (...targets: { to: string; weight: number }[]) => ({
      pools: [{ name: 'all', weight: 1, standby: false, targets }],
      balance: { by: 'weight' as const },
    });
    const timing = { kind: 'rate' as const, perSecond: 2_000 };
    const before = poolOf({ to: one, weight: 1 }, { to: two, weight: 1 });
    const { replayer, run } = replay(4_000, { targets: before, timing });
    const running = run();
    await until(() => replayer.progress().answered > 1_000);
    await replayer.change({ targets: poolOf({ to: two, weight: 0 }, { to: three, weight: 1 }) });
    const seen = servers.map(({ heads }) => heads.length);
    const report = await running;
    expect(report.answered).toBe(4_000);
    const [ofOne = 0, ofTwo = 0] = servers.map(({ heads }, index) => heads.length - (seen[index] ?? 0));
    // What was under way when they were taken out still came.
    expect(ofOne + ofTwo).toBeLessThan(100);
    expect(servers[2]?.heads.length).toBeGreaterThan(2_000);
    expect(report.routing?.targets.drains.map(({ by, state }) => [by, state]).sort()).toEqual([
      ['removal', 'drained'],
      ['weight', 'drained'],
    ]);
  }));

test('users who move are never at two units, and what was held for them goes', () =>
  withServers(2, async (servers) => {
    const [one, two] = servers.map(({ url }) => url) as [string, string];
    const targets = {
      pools: [
        { name: 'a', unit: 'a', targets: [{ to: one }] },
        { name: 'b', unit: 'b', targets: [{ to: two }] },
      ],
    };
    const unitsOf = (border: number, version: number) => ({
      user: 'header:x-user',
      hash: 'crc32' as const,
      slots: 100,
      ranges: [
        { unit: 'a', from: 0, to: border },
        { unit: 'b', from: border, to: 100 },
      ],
      overrides: {},
      unresolved: 'leave-out' as const,
      hops: { header: 'x-hops', most: 3 },
      version,
    });
    const bytes = (index: number) => {
      const user = index % 10 === 9 ? '' : `X-User: u${index % 100}\r\n`;
      return `GET /u${index % 100} HTTP/1.1\r\nHost: shop.example\r\n${user}\r\n`;
    };
    const timing = { kind: 'rate' as const, perSecond: 2_000 };
    const { replayer, run } = replay(4_000, { targets, units: unitsOf(50, 1), timing }, bytes);
    const running = run();
    await until(() => replayer.progress().answered > 1_000);
    await replayer.change({ units: unitsOf(20, 2) });
    const report = await running;
    expect(report.answered).toBe(3_600);
    expect(report.notSent['no-user']).toBe(400);
    expect(report.routing?.units).toMatchObject({ version: 2, misrouted: 0, heldNow: 0 });
    expect(servers.every(({ heads }) => heads.every((head) => head.includes('\r\nx-hops: 1\r\n')))).toBe(true);
    // Of each user, all requests to one unit come before all to the other.
    const units = new Map<string, Set<number>>();
    for (const [index, { heads }] of servers.entries()) {
      for (const head of heads) units.set(pathOf(head), (units.get(pathOf(head)) ?? new Set()).add(index));
    }
    expect([...units.values()].some((at) => at.size === 2)).toBe(true);
    expect([...units.values()].some((at) => at.size === 1)).toBe(true);
  }));

test('rules leave requests out and change others, and say how often', () =>
  withServers(1, async (servers) => {
    const rules = [
      { name: 'no admin', match: { path: '/items/1*' }, do: [{ 'leave-out': true }] },
      { name: 'dev', match: { method: 'GET' }, do: [{ 'set-header': { 'X-Env': 'dev' } }] },
      { name: 'never', match: { path: '/nowhere' }, do: [{ 'leave-out': true }] },
    ];
    const [server] = servers as [ScriptServer];
    const report = await replay(10, { target: server.url, rules: rules as never }).run();
    expect(report.answered).toBe(9);
    expect(report.notSent).toEqual({ filtered: 1 });
    expect(server.heads.every((head) => head.includes('\r\nX-Env: dev\r\n'))).toBe(true);
    expect(report.rules.map(({ name, matched }) => [name, matched])).toEqual([
      ['no admin', 1],
      ['dev', 9],
      ['never', 0],
    ]);
  }));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
