/** What a guard refuses never leaves the machine: targets that count their connections have none. */
import { afterEach, expect, test } from 'vitest';
import { Ledger } from '../../../core/index.ts';
import { mergeSnapshots, Replayer, type ReplayOptions } from '../../../emitter/index.ts';
import { exchange, get, RECORDED_AT, RECORDED_FLOW } from '../../support/emitter/recording.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { type RequestCounter, startRequestCounter } from '../../support/servers/request-counter.ts';

const open: RequestCounter[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

const TIMINGS: readonly ReplayOptions['timing'][] = [{ kind: 'max' }, { kind: 'rate', perSecond: 500 }];
/** Checks are sends as well. */
const CHECKS = { check: { kind: 'http', path: '/' }, intervalMs: 10, timeoutMs: 10 } as const;
const write = (index: number) => `DELETE /items/${index} HTTP/1.1\r\nHost: shop.example\r\n\r\n`;
const marked = (index: number) =>
  `GET /items/${index} HTTP/1.1\r\nHost: shop.example\r\nx-bytecopy-replay: earlier\r\n\r\n`;

/** Ten requests over three targets in two pools. */
async function replay(bytes: (index: number) => string, options: Partial<ReplayOptions> = {}) {
  for (let at = 0; at < 3; at++) open.push(await startRequestCounter());
  const [one, two, three] = open.map(({ url }) => url) as [string, string, string];
  const targets = {
    pools: [
      { name: 'blue', targets: [{ to: one }, { to: two }] },
      { name: 'green', targets: [{ to: three }] },
    ],
  };
  const ledger = new Ledger();
  const exchanges = Array.from({ length: 10 }, (_, index) =>
    exchange(bytes(index), { at: RECORDED_AT + index, index }),
  );
  const replayer = new Replayer(
    { target: 'several', runId: 'run', targets, health: CHECKS, ...options },
    { clock: SYSTEM_CLOCK, ledger },
  );
  const { report } = mergeSnapshots([await replayer.run(page(exchanges))]);
  return report;
}

async function* page<Value>(values: readonly Value[]) {
  yield await Promise.resolve(values);
}

const nothingLeft = () => expect(open.map((server) => server.connections())).toEqual([0, 0, 0]);

for (const timing of TIMINGS) {
  const how = timing?.kind;
  test(`${how}: a write that nobody decided on ends the run before anything is sent`, async () => {
    await expect(replay(write, { timing })).rejects.toMatchObject({ code: 'REPLAY_WRITES_UNDECIDED', exitCode: 2 });
    nothingLeft();
  });

  test(`${how}: writes that are skipped leave nothing to be sent`, async () => {
    const report = await replay(write, { timing, writes: 'skip' });
    expect(report.notSent).toEqual({ 'write-not-allowed': 10 });
    nothingLeft();
  });

  test(`${how}: requests that are replayed traffic already are not sent again`, async () => {
    const report = await replay(marked, { timing });
    expect(report.notSent).toEqual({ marked: 10 });
    nothingLeft();
  });

  test(`${how}: one recorded server among several targets refuses all of them`, async () => {
    await replay(get, { timing });
    expect(open.reduce((sum, server) => sum + server.requests(), 0)).toBeGreaterThanOrEqual(10);
    const port = Number(new URL(open[2]?.url ?? '').port);
    const before = open.map((server) => server.connections());
    const flow = { ...RECORDED_FLOW, server: { address: '127.0.0.1', port } };
    const exchanges = [exchange(get(0), { flow })];
    const targets = { pools: [{ name: 'all', targets: open.map(({ url }) => ({ to: url })) }] };
    const again = new Replayer(
      { target: 'several', runId: 'run', targets, timing },
      { clock: SYSTEM_CLOCK, ledger: new Ledger() },
    );
    await expect(again.run(page(exchanges))).rejects.toMatchObject({ code: 'REPLAY_TARGET_IS_RECORDED', exitCode: 2 });
    expect(open.map((server) => server.connections())).toEqual(before);
  });

  test(`${how}: one target that is not on the list refuses all of them`, async () => {
    await expect(replay(get, { timing, allowedTargets: ['127.0.0.1:1', '10.0.0.0/8'] })).rejects.toMatchObject({
      code: 'REPLAY_TARGET_NOT_ALLOWED',
      exitCode: 2,
    });
    nothingLeft();
  });

  test(`${how}: what a rule leaves out is not sent, and no connection is opened for it`, async () => {
    const rules = [{ name: 'nothing', match: { method: 'GET' }, do: [{ 'leave-out': true }] }] as never;
    const report = await replay(get, { timing, rules });
    expect(report.notSent).toEqual({ filtered: 10 });
    nothingLeft();
  });
}
