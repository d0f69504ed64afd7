/** One target that never answers, among others, as fast as possible: the others get what may go to them. */
import { afterEach, expect, test } from 'vitest';
import { routed, sum } from '../../support/emitter/routed-run.ts';
import { type ScriptServer, serveRaw } from '../../support/emitter/script-server.ts';
import { type RequestCounter, startRequestCounter } from '../../support/servers/request-counter.ts';

const CONNECTIONS = 4;
/** As many may wait for one target before the plan looks elsewhere. */
const LOT = 64;
const COUNT = 30_000;
const OPTIONS = { timing: { kind: 'max' }, maxConnections: CONNECTIONS, timeoutMs: 3_000, maxWaitMs: 1_500 } as const;

const open: (RequestCounter | ScriptServer)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => ('stop' in server ? server.stop() : server.close())));
});

async function silentAndTwo(act: Parameters<typeof serveRaw>[0] = () => {}) {
  const silent = await serveRaw(act);
  const well = [await startRequestCounter(), await startRequestCounter()] as const;
  open.push(silent, ...well);
  return { well, targets: [silent, ...well].map(({ url }) => ({ to: url })) };
}

test('by weight: a target that never answers costs what it has in flight and lots that expire, and the others do the rest', async () => {
  const { well, targets } = await silentAndTwo((socket) => socket.resume());
  const pools = [{ name: 'all', targets }];
  const report = await routed({ count: COUNT, options: { ...OPTIONS, targets: { pools } } }).report;
  // Not a third of the plan is lost, as it would be by turns.
  const lost = sum(report.failed) + (report.notSent.dropped ?? 0);
  expect(lost).toBeLessThan(20 * (LOT + CONNECTIONS));
  expect(report.answered).toBe(COUNT - lost);
  expect(Math.abs(well[0].requests() - well[1].requests())).toBeLessThan(2 * LOT);
}, 60_000);

test('by key: what belongs to a target that never answers is dropped in its time, all the rest is answered', async () => {
  const { targets } = await silentAndTwo((socket) => socket.resume());
  const bytes = (index: number) => `GET / HTTP/1.1\r\nHost: shop.example\r\nX-User: u${index % 300}\r\n\r\n`;
  const pools = [{ name: 'all', targets }];
  const balance = { by: 'sticky' as const, key: 'header:x-user' };
  const options = { ...OPTIONS, targets: { pools, balance } };
  const report = await routed({ count: COUNT, bytes, options }).report;
  const [silent, one, two] = report.routing?.targets.targets ?? [];
  // What it was given and never went is none of its sends.
  expect(silent?.sends).toBe(sum(report.failed));
  expect(report.answered).toBe((one?.sends ?? 0) + (two?.sends ?? 0));
  expect(report.notSent.dropped ?? 0).toBeGreaterThan(1_000);
  expect(report.answered).toBeGreaterThan(COUNT / 2);
}, 60_000);
