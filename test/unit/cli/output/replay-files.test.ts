import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeHgrmFiles } from '../../../../cli/output/hgrm-files.ts';
import { writeReplayPage } from '../../../../cli/output/replay-page.ts';
import { LatencyHistogram } from '../../../../emitter/results/latency.ts';
import { SIMPLE_REPORT } from '../render/hand-made-report.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytecopy-replay-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a page is one file that only its owner may read', async () => {
  const path = join(folder, 'page.html');
  await writeReplayPage(path, SIMPLE_REPORT);
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(/^<!doctype html>/);
  expect(text).toMatch(/<\/html>\n$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a page that cannot be written is an error that says what to do', async () => {
  await expect(writeReplayPage(join(folder, 'none', 'page.html'), SIMPLE_REPORT)).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    message: expect.stringContaining('there is no folder'),
  });
});

test('histograms go to a file each, in milliseconds', async () => {
  const fromIntended = new LatencyHistogram();
  const service = new LatencyHistogram();
  for (const micros of [1000, 2000, 3000]) {
    service.record(micros);
    fromIntended.record(micros * 10);
  }
  const paths = await writeHgrmFiles(join(folder, 'run'), { fromIntended, service });
  expect(paths).toEqual([join(folder, 'run-from-intended.hgrm'), join(folder, 'run-service.hgrm')]);
  const [first = '', second = ''] = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  expect(first).toMatch(/^ +Value +Percentile +TotalCount +1\/\(1-Percentile\)\n\n +10\.\d+ 0\.0+ +1 /);
  expect(second).toMatch(/#\[Max += +3\.\d+, Total count += +3\]/);
});
