/** Shares of targets over many sends, counted by the targets themselves. */
import { afterEach, expect, test } from 'vitest';
import type { ReplayOptions } from '../../../emitter/index.ts';
import { routed } from '../../support/emitter/routed-run.ts';
import { type RequestCounter, startRequestCounter } from '../../support/servers/request-counter.ts';

const SENDS = 100_000;
/** Two-sided, 99.9 %. */
const Z = 3.2905;
const POOLS = { blue: 60, green: 40 } as const;
const WEIGHTS = [3, 2, 1] as const;

const open: RequestCounter[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

async function counters(count: number, onHead?: (at: number, head: string) => void): Promise<RequestCounter[]> {
  for (let at = 0; at < count; at++) {
    open.push(await startRequestCounter(onHead === undefined ? undefined : (head) => onHead(at, head)));
  }
  return [...open];
}

/** How far a count of this probability may be off. */
function halfWidth(share: number): number {
  return Z * Math.sqrt(SENDS * share * (1 - share));
}

for (const shards of [1, 3]) {
  test(`100,000 sends over pools 60/40 and targets 3:2:1, ${shards} at a time, within a 99.9 % interval at each target`, async () => {
    const servers = await counters(6);
    const pools = Object.entries(POOLS).map(([name, weight], at) => ({
      name,
      weight,
      targets: WEIGHTS.map((of, place) => ({ to: servers[at * 3 + place]?.url ?? '', weight: of })),
    }));
    const timing: ReplayOptions['timing'] = { kind: 'max' };
    const report = await routed({ count: SENDS, shards, options: { targets: { pools }, timing } }).report;
    expect(report.answered).toBe(SENDS);
    const shares = Object.values(POOLS).flatMap((pool) => WEIGHTS.map((weight) => (pool / 100) * (weight / 6)));
    for (const [at, share] of shares.entries()) {
      const seen = servers[at]?.requests() ?? 0;
      expect(Math.abs(seen - SENDS * share), `target ${at}`).toBeLessThanOrEqual(halfWidth(share));
      expect(report.routing?.targets.targets[at]).toMatchObject({ sends: seen, share: seen / SENDS });
      expect(report.routing?.targets.targets[at]?.expectedShare).toBeCloseTo(share, 9);
    }
  }, 120_000);
}

test('sticky keys stay at their targets while those live, whichever emitter sends them', async () => {
  const homes = new Map<string, Set<number>>();
  const servers = await counters(10, (at, head) => {
    const user = /\r\nX-User: (\S+)/.exec(head)?.[1] ?? '';
    homes.set(user, (homes.get(user) ?? new Set()).add(at));
  });
  const targets = {
    pools: [{ name: 'all', targets: servers.map(({ url }) => ({ to: url })) }],
    balance: { by: 'sticky' as const, key: 'header:x-user' },
  };
  const bytes = (index: number) => `GET / HTTP/1.1\r\nHost: shop.example\r\nX-User: user-${index % 997}\r\n\r\n`;
  const report = await routed({ count: 20_000, shards: 3, bytes, options: { targets, timing: { kind: 'max' } } })
    .report;
  expect(report.answered).toBe(20_000);
  expect(homes.size).toBe(997);
  expect([...homes.values()].filter((at) => at.size > 1)).toEqual([]);
  expect(servers.every((server) => server.requests() > 0)).toBe(true);
}, 60_000);
