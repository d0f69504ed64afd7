/** What a replay says with its exit code, and that its report and its files are whole whatever ends it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { manyClients } from '../support/emitter/many-clients.ts';
import { type Replayed, replay, startReplay } from '../support/emitter/replay-cli.ts';
import { answer, type ScriptServer, type SeenRequest, serve } from '../support/emitter/script-server.ts';
import { describeWith, testWith } from '../support/requirements.ts';

/** For conditions that hold soon, or never. */
const WAIT = { timeout: 20_000, interval: 10 };

/** 100 GETs of ten clients. Where the code matters they go as fast as possible, so that a busy machine does not decide it. */
const CAPTURE = manyClients({ clients: 10, requests: 10, gapMs: 20 });

describeWith(['build'], 'a replay ends with', () => {
  let target: ScriptServer;
  let act: (request: SeenRequest) => void;

  beforeEach(async () => {
    act = ({ socket }) => socket.write(answer(200));
    target = await serve((request) => act(request));
  });
  afterEach(() => target.close());

  /** Every due send has one line, and the sum adds up. */
  function expectAccounted({ report, results, stderr }: Replayed): void {
    expect(report, stderr).toBeDefined();
    expect(report?.balanced).toBe(true);
    expect(results).toHaveLength(report?.due ?? -1);
    expect(results.filter(({ outcome }) => outcome === 'answered')).toHaveLength(report?.answered ?? -1);
  }

  for (const workers of ['1', '2']) {
    testWith([], `0 where everything is kept, ${workers} worker(s): report, results, page and histograms`, async () => {
      const thresholds = ['rate<1%', 'p(95)<20s', 'answered:count>=100'].flatMap((text) => ['--threshold', text]);
      const flags = ['--qps', 'max', '--workers', workers, '--html', 'page.html', '--hgrm', 'run', ...thresholds];
      const { folder, ended } = await startReplay(CAPTURE, target.url, flags);
      const replayed = await ended;
      expect(replayed.code, replayed.stderr).toBe(0);
      expectAccounted(replayed);
      expect(replayed.report).toMatchObject({ due: 100, answered: 100, answers: { changed: 0 } });
      expect(replayed.report?.thresholds.map(({ passed }) => passed)).toEqual([true, true, true]);
      expect((await readFile(join(folder, 'page.html'), 'utf8')).includes('uPlot')).toBe(true);
      expect(await readFile(join(folder, 'run-service.hgrm'), 'utf8')).toMatch(/Total count += +100\]/);
      expect(target.heads).toHaveLength(100);
    });
  }

  testWith([], '2 for a threshold, a rule or a plan that cannot be read, before anything is sent', async () => {
    for (const flags of [
      ['--threshold', 'p(95)>fast'],
      ['--stop-on', 'rain'],
      ['--plan', 'ramp:100'],
      ['--session', 'mood'],
      ['--only-targets', 'shop.example'],
    ]) {
      const { code, stderr } = await replay(CAPTURE, target.url, ...flags);
      expect(code, stderr).toBe(2);
      expect(stderr).not.toContain('unexpected:');
    }
    expect(target.heads).toEqual([]);
  });

  testWith([], '3 where a threshold is not kept, after all was sent', async () => {
    act = ({ socket, index }) => socket.write(answer(index % 10 === 0 ? 500 : 200));
    const replayed = await replay(CAPTURE, target.url, '--qps', 'max', '--threshold', 'rate<1%');
    expect(replayed.code, replayed.stderr).toBe(3);
    expect(replayed.stderr).toContain('rate<1%');
    expectAccounted(replayed);
    expect(replayed.report).toMatchObject({ due: 100, answered: 100, answers: { changed: 10 } });
  });

  for (const workers of ['1', '2']) {
    testWith([], `3 where a rule ends it early, ${workers} worker(s): what was under way has its outcome`, async () => {
      act = ({ socket, index }) => {
        if (index < 60) socket.write(answer(200));
        else socket.destroy();
      };
      const flags = ['--qps', 'max', '--loop', '--stop-on', 'consecutive>20', '--workers', workers];
      const replayed = await replay(CAPTURE, target.url, ...flags);
      expect(replayed.code, replayed.stderr).toBe(3);
      expect(replayed.report?.stopped?.rule).toBe('consecutive-failures');
      expect(replayed.report?.answered).toBe(60);
      expectAccounted(replayed);
    });
  }

  testWith([], '3 where the target is not healthy any more', async () => {
    let health = 0;
    act = ({ socket, head }) => {
      const sick = head.startsWith('GET /health ') && health++ > 0;
      setTimeout(() => socket.write(answer(sick ? 503 : 200)), 5);
    };
    const flags = ['--qps', 'max', '--connections', '2', '--loop', '--stop-on', 'health=/health'];
    const replayed = await replay(CAPTURE, target.url, ...flags);
    expect(replayed.code, replayed.stderr).toBe(3);
    expect(replayed.report?.stopped?.rule).toBe('health');
    expectAccounted(replayed);
  });

  testWith(
    [],
    '4 where the rate was not reached: its figures are not to be trusted, whatever the thresholds say',
    async () => {
      act = ({ socket }) => void setTimeout(() => socket.write(answer(200)), 50);
      const few = ['--connections', '1', '--max-wait', '100ms'];
      const replayed = await replay(CAPTURE, target.url, '--qps', '500', '--threshold', 'p(50)<1', ...few);
      expect(replayed.code, replayed.stderr).toBe(4);
      expect(replayed.report?.rate).toMatchObject({ reached: false, shortfall: 'dropped' });
      expectAccounted(replayed);
    },
  );

  for (const workers of ['1', '3']) {
    testWith(
      [],
      `130 where it is interrupted, ${workers} worker(s): the report, the page and one line a due send`,
      async () => {
        const flags = ['--qps', '100', '--loop', '--workers', workers, '--html', 'page.html'];
        const { folder, running, ended } = await startReplay(CAPTURE, target.url, flags);
        await vi.waitUntil(() => target.heads.length >= 30, WAIT);
        running.process.kill('SIGINT');
        const replayed = await ended;
        expect(replayed.code, replayed.stderr).toBe(130);
        expect(replayed.report?.stopped?.rule).toBe('interrupted');
        expectAccounted(replayed);
        expect(replayed.report?.answered).toBe(target.heads.length);
        expect((await readFile(join(folder, 'page.html'), 'utf8')).includes('uPlot')).toBe(true);
      },
    );
  }

  testWith([], '130 while sends are under way that are never answered: they fail, and the sum adds up', async () => {
    act = () => {};
    const flags = ['--qps', '200', '--loop', '--timeout', '300ms'];
    const { running, ended } = await startReplay(CAPTURE, target.url, flags);
    await vi.waitUntil(() => target.heads.length >= 20, WAIT);
    running.process.kill('SIGINT');
    const replayed = await ended;
    expect(replayed.code, replayed.stderr).toBe(130);
    expectAccounted(replayed);
  });

  for (const [death, afterMs] of [
    ['process.exit(0)', 700],
    ['throw new Error("struck by lightning")', 700],
    ['process.exit(7)', 0],
  ] as const) {
    testWith([], `1 where a worker dies of ${death} after ${afterMs} ms: an error, and no shorter report`, async () => {
      const { folder, running, ended } = await startReplay(CAPTURE, target.url, ['--dry-run']);
      await ended;
      expect(running.process.exitCode).toBe(0);
      const preload = join(folder, 'death.cjs');
      await writeFile(
        preload,
        `const { isMainThread, workerData } = require('node:worker_threads');
         if (!isMainThread && workerData?.options?.shard?.index === 1) setTimeout(() => { ${death} }, ${afterMs});`,
      );
      const flags = ['--qps', '50', '--loop', '--workers', '2'];
      const env = { NODE_OPTIONS: `--require ${preload}` };
      const replayed = await (await startReplay(CAPTURE, target.url, flags, { env })).ended;
      expect(replayed.code, replayed.stderr).toBe(1);
      expect(replayed.report).toBeUndefined();
      expect(replayed.stderr).toMatch(/bytecopy: a worker of the replay (failed: struck|ended before)/);
    });
  }
});
