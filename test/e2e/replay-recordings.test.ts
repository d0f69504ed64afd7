/** Recordings from the store: their time compressed exactly, and never held as a whole. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { start } from '../support/cli/bytecopy.ts';
import { expectDone } from '../support/emitter/replay-cli.ts';
import { type ResultLine, resultsOf } from '../support/emitter/results-file.ts';
import { watchMemory } from '../support/memory-watch.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { emptyFolder } from '../support/store/index.ts';
import { writeRecording } from '../support/store/long-recording.ts';

/** More than the exchanges of the longer recording take in memory would be beyond it. */
const MOST_MEGABYTES_MORE = 120;

describeWith(['build', 'nginx'], 'a recording in the store', () => {
  let nginx: Nginx;

  beforeEach(async () => {
    nginx = await startNginx();
  });
  afterEach(() => nginx.stop());

  async function replay(store: string, ...flags: readonly string[]) {
    const { process, finished } = start(['replay', '--to', nginx.url, '--store', store, '--json', ...flags]);
    const memory = watchMemory(process.pid as number);
    const ended = await finished;
    memory.stop();
    return { ended, report: JSON.parse(ended.stdout), megabytes: Math.max(0, ...memory.megabytes) };
  }

  for (const workers of ['1', '2']) {
    testWith([], `of a minute takes a second at speed 60, ${workers} worker(s), in its order`, async () => {
      const folder = await emptyFolder();
      const [store, path] = [join(folder, 'store'), join(folder, 'results.jsonl')];
      await writeRecording(store, 601, 100_000);
      const flags = ['--speed', '60', '--workers', workers, '--results', path];
      const { ended, report } = await replay(store, ...flags);
      expectDone(ended);
      expect(ended.stderr).toContain('replaying 601 sends');
      expect(ended.stderr).toMatch(/ in 1 s, at most about 600\/s\n/);
      expect(report).toMatchObject({ due: 601, answered: 601, balanced: true });
      const results: ResultLine[] = [];
      for await (const result of resultsOf(path)) results.push(result);
      results.sort((one, other) => one.dueAt - other.dueAt);
      const first = results[0] as ResultLine;
      expect(results.map(({ operation }) => operation)).toEqual(results.map((_, n) => `GET /items/${n}`));
      // Each thread tells the time of day by its own offset.
      for (const [n, { dueAt }] of results.entries()) {
        expect(Math.abs(dueAt - first.dueAt - (n * 100_000) / 60)).toBeLessThan(500);
      }
      expect(report.durationMs).toBeGreaterThanOrEqual(1_000);
    });
  }

  testWith(
    [],
    'is streamed: one that is 15 times as long takes no more memory',
    async () => {
      const folder = await emptyFolder();
      const peaks: number[] = [];
      for (const count of [4_000, 60_000]) {
        const store = join(folder, String(count));
        await writeRecording(store, count, 100);
        const { ended, report, megabytes } = await replay(store, '--qps', 'max');
        expect(report, ended.stderr).toMatchObject({ due: count, answered: count, balanced: true });
        peaks.push(megabytes);
      }
      const [short = 0, long = 0] = peaks;
      expect(long - short).toBeLessThan(MOST_MEGABYTES_MORE);
    },
    120_000,
  );
});
