/** A mirror over several targets: shared, sticky, judged by their health and changed like those of a replay. */
import { afterEach, expect, test } from 'vitest';
import { Ledger, type RequestReady } from '../../../core/index.ts';
import { Mirror, type MirrorOptions } from '../../../emitter/index.ts';
import { exchange, get, RECORDED_AT } from '../../support/emitter/recording.ts';
import { sum } from '../../support/emitter/routed-run.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { type RequestCounter, startRequestCounter } from '../../support/servers/request-counter.ts';

const open: RequestCounter[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

async function counter(onHead?: (head: string) => void): Promise<RequestCounter> {
  const server = await startRequestCounter(onHead);
  open.push(server);
  return server;
}

/** Offers as many a millisecond; everything that was offered has its outcome at the end. */
async function mirrored(
  count: number,
  options: Partial<MirrorOptions>,
  bytes = get,
  at: (index: number) => unknown = () => {},
) {
  const ledger = new Ledger();
  const mirror = new Mirror(
    { target: 'several', runId: 'mirror', writes: 'skip', ...options },
    { clock: SYSTEM_CLOCK, ledger },
  );
  await mirror.start();
  for (let index = 0; index < count; index++) {
    const { request, ...rest } = exchange(bytes(index), { at: RECORDED_AT + index * 200, index });
    if (request !== undefined) mirror.offer({ ...rest, request } as RequestReady);
    await at(index);
    if (index % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const report = await mirror.drain();
  expect(ledger.report().balanced).toBe(true);
  expect(report.answered + sum(report.failed) + sum(report.notSent)).toBe(count);
  return report;
}

test('what is mirrored is shared by weight, and each target is told of', async () => {
  const servers = [await counter(), await counter(), await counter()];
  const targets = { pools: [{ name: 'dev', targets: servers.map(({ url }, at) => ({ to: url, weight: 3 - at })) }] };
  const report = await mirrored(600, { targets });
  expect(report.answered).toBe(600);
  expect(servers.map((server) => server.requests())).toEqual([300, 200, 100]);
  expect(report.routing?.targets.targets.map(({ sends }) => sends)).toEqual([300, 200, 100]);
});

test('equal keys are mirrored to one target', async () => {
  const homes = new Map<string, Set<number>>();
  const servers: RequestCounter[] = [];
  for (const at of [0, 1, 2]) {
    servers.push(
      await counter((head) => {
        const path = head.split(' ')[1] ?? '';
        homes.set(path, (homes.get(path) ?? new Set()).add(at));
      }),
    );
  }
  const targets = {
    pools: [{ name: 'dev', targets: servers.map(({ url }) => ({ to: url })) }],
    balance: { by: 'sticky' as const, key: 'header:x-user' },
  };
  const bytes = (index: number) => `GET /u${index % 40} HTTP/1.1\r\nHost: a\r\nX-User: u${index % 40}\r\n\r\n`;
  await mirrored(400, { targets }, bytes);
  expect(homes.size).toBe(40);
  expect([...homes.values()].every((at) => at.size === 1)).toBe(true);
});

test('a target of a mirror that dies is out, and the others get its share', async () => {
  const servers = [await counter(), await counter()] as const;
  const targets = { pools: [{ name: 'dev', targets: servers.map(({ url }) => ({ to: url })) }] };
  const health = { eject: { atLeast: 10, failureShare: 0.2, windowMs: 1_000 } };
  const report = await mirrored(1_500, { targets, health }, get, (index) =>
    index === 500 ? servers[0].stop().then(() => open.shift()) : undefined,
  );
  expect(report.routing?.health?.targets[0]?.timeline[0]).toMatchObject({ from: 'up', to: 'ejected' });
  expect(sum(report.failed)).toBeGreaterThan(0);
  expect(servers[1].requests()).toBeGreaterThan(900);
  expect(report.answered).toBe(servers[0].requests() + servers[1].requests());
});
