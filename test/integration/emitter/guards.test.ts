/** What a guard refuses never leaves the machine: targets that count their connections have none. */
import { afterEach, expect, test } from 'vitest';
import { type Endpoint, Ledger } from '../../../core/index.ts';
import { mergeSnapshots, Replayer, type ReplayOptions } from '../../../emitter/index.ts';
import { exchange, get, RECORDED_AT, RECORDED_FLOW } from '../../support/emitter/recording.ts';
import { until } from '../../support/emitter/routed-run.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { type RequestCounter, startRequestCounter } from '../../support/servers/request-counter.ts';

const open: RequestCounter[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

const TIMINGS: readonly ReplayOptions['timing'][] = [{ kind: 'max' }, { kind: 'rate', perSecond: 500 }];
const RECORDED_FROM_THIRD = (urls: readonly string[]) => ({
  address: '127.0.0.1',
  port: Number(new URL(urls[2] ?? '').port),
});
/** Checks are sends as well. */
const CHECKS = { check: { kind: 'http', path: '/' }, intervalMs: 10, timeoutMs: 10 } as const;
const write = (index: number) => `DELETE /items/${index} HTTP/1.1\r\nHost: shop.example\r\n\r\n`;
const marked = (index: number) =>
  `GET /items/${index} HTTP/1.1\r\nHost: shop.example\r\nx-bytecopy-replay: earlier\r\n\r\n`;

/** Ten requests over three targets in two pools. */
async function replay(
  bytes: (index: number) => string,
  options: Partial<ReplayOptions> = {},
  recordedFrom: (urls: readonly string[]) => Endpoint = () => RECORDED_FLOW.server,
) {
  for (let at = 0; at < 3; at++) open.push(await startRequestCounter());
  const [one, two, three] = open.map(({ url }) => url) as [string, string, string];
  const targets = {
    pools: [
      { name: 'blue', targets: [{ to: one }, { to: two }] },
      { name: 'green', targets: [{ to: three }] },
    ],
  };
  const ledger = new Ledger();
  const flow = { ...RECORDED_FLOW, server: recordedFrom([one, two, three]) };
  const exchanges = Array.from({ length: 10 }, (_, index) =>
    exchange(bytes(index), { at: RECORDED_AT + index, index, flow }),
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
    await expect(replay(get, { timing }, RECORDED_FROM_THIRD)).rejects.toMatchObject({
      code: 'REPLAY_TARGET_IS_RECORDED',
      exitCode: 2,
    });
    nothingLeft();
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

test('a target that comes during a run and is what was recorded is refused, and gets nothing', async () => {
  const recordedFrom = await startRequestCounter();
  const target = await startRequestCounter();
  open.push(recordedFrom, target);
  const flow = { ...RECORDED_FLOW, server: { address: '127.0.0.1', port: Number(new URL(recordedFrom.url).port) } };
  const exchanges = Array.from({ length: 400 }, (_, index) => exchange(get(index), { at: RECORDED_AT + index, flow }));
  const replayer = new Replayer(
    { target: target.url, runId: 'run', timing: { kind: 'rate', perSecond: 400 } },
    { clock: SYSTEM_CLOCK, ledger: new Ledger() },
  );
  const running = replayer.run(page(exchanges));
  await until(() => replayer.progress().answered > 10);
  const targets = {
    pools: [
      {
        name: 'target',
        weight: 1,
        standby: false,
        targets: [target, recordedFrom].map(({ url }) => ({ to: url, weight: 1 })),
      },
    ],
    balance: { by: 'weight' as const },
  };
  for (const _ of ['refused', 'and not forgotten']) {
    await expect(replayer.change({ targets })).rejects.toMatchObject({ code: 'REPLAY_TARGET_IS_RECORDED' });
  }
  const { report } = mergeSnapshots([await running]);
  expect(report.answered).toBe(400);
  expect([target.requests(), recordedFrom.connections()]).toEqual([400, 0]);
});
