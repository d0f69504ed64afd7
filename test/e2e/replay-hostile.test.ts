/** Targets that behave badly, at 5,000 sends a second through the command line: nothing is lost, nothing grows. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { start } from '../support/cli/bytecopy.ts';
import { type Hostility, startHostileTarget } from '../support/emitter/hostile-targets.ts';
import { manyClients } from '../support/emitter/many-clients.ts';
import { outcomesOf } from '../support/emitter/results-file.ts';
import { watchMemory } from '../support/memory-watch.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { startNginx } from '../support/servers/nginx.ts';

const RUN_MS = 2_000;
const SENDS = 10_000;
/** What the emitter may hold of sends that wait, and Node beside it. */
const MOST_MEGABYTES = 400;

interface Expected {
  readonly codes: readonly number[];
  /** What all sends failed by, where they do. */
  readonly failed?: readonly string[];
}

const EXPECTED: Readonly<Record<Hostility, Expected>> = {
  'dies and comes back': { codes: [0, 4] },
  refuses: { codes: [1], failed: ['refused'] },
  // A RST that comes along with bytes is shown as an end by libuv.
  resets: { codes: [1], failed: ['reset', 'connection-closed'] },
  garbage: { codes: [1], failed: ['protocol-error'] },
  'never answers': { codes: [1] },
  'closes after each': { codes: [0, 4] },
  // 1 where the machine is so busy that no answer is through in time.
  trickles: { codes: [1, 4] },
};

describeWith(['build'], 'a target that', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-hostile-'));
    await writeFile(join(folder, 'recording.pcap'), manyClients({ clients: 10, requests: 10, gapMs: 10 }));
  });
  afterEach(() => rm(folder, { recursive: true }));

  function replay(target: string, ...flags: readonly string[]) {
    const results = join(folder, 'results.jsonl');
    const recording = join(folder, 'recording.pcap');
    const args = ['replay', '--to', target, '--file', recording, '--results', results, '--json', ...flags];
    const running = start(args);
    const memory = watchMemory(running.process.pid as number);
    const ended = running.finished.then(async (end) => {
      memory.stop();
      return {
        ...end,
        report: JSON.parse(end.stdout),
        counts: await outcomesOf(results),
        megabytes: Math.max(0, ...memory.megabytes),
      };
    });
    return { running, ended };
  }

  const flags = ['--qps', '5000', '--loop', '--duration', `${RUN_MS}ms`, '--timeout', '1500ms', '--max-wait', '500ms'];

  for (const [hostility, { codes, failed }] of Object.entries(EXPECTED) as [Hostility, Expected][]) {
    testWith([], `${hostility}: each due send has one outcome, in the report and in the results`, async () => {
      const target = await startHostileTarget(hostility, RUN_MS);
      try {
        const { code, stderr, report, counts, megabytes } = await replay(target.url, ...flags).ended;
        expect(codes, stderr).toContain(code);
        expect(report).toMatchObject({ due: SENDS, balanced: true });
        expect(counts).toEqual({
          lines: SENDS,
          answered: report.answered,
          failed: report.failed,
          notSent: report.notSent,
        });
        if (failed !== undefined) expect(failed).toEqual(expect.arrayContaining(Object.keys(report.failed)));
        expect(megabytes).toBeLessThan(MOST_MEGABYTES);
      } finally {
        await target.close();
      }
    });
  }

  testWith(
    ['nginx'],
    'stops for a while: it shows from intended time, and not in the service time of others',
    async () => {
      const nginx = await startNginx();
      try {
        const paced = ['--qps', '500', '--loop', '--duration', '4s', '--connections', '8', '--late', 'at-once'];
        const { ended } = replay(nginx.url, ...paced);
        await vi.waitUntil(async () => (await stat(nginx.accessLog)).size > 0, { timeout: 20_000, interval: 20 });
        process.kill(nginx.pid, 'SIGSTOP');
        setTimeout(() => process.kill(nginx.pid, 'SIGCONT'), 1_400);
        const { report, counts, stderr } = await ended;
        expect(report, stderr).toMatchObject({ due: 2_000, answered: 2_000, balanced: true });
        expect(counts).toMatchObject({ lines: 2_000, answered: 2_000 });
        // A third of the sends was due while it stood still, eight of them were under way.
        expect(report.latency.fromIntended.p99).toBeGreaterThan(1_000_000);
        expect(report.latency.service.p99).toBeLessThan(500_000);
        expect(report.latency.service.max).toBeGreaterThan(1_000_000);
        expect(report.late).toBeGreaterThan(300);
      } finally {
        await nginx.stop();
      }
    },
  );
});
