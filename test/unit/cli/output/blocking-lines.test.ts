/** Lines to files and to pipes whose readers are slow, gone, or never come. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBlockingLines } from '../../../../cli/output/blocking-lines.ts';
import type { BytecopyError } from '../../../../core/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let folder: string;
let failures: BytecopyError[];
const onFailure = (failure: BytecopyError) => void failures.push(failure);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytecopy-lines-'));
  failures = [];
});
afterEach(() => rm(folder, { recursive: true }));

function pipe(): string {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

/** Counts lines, 64 KiB every 2 ms at most; prints how many there were and the last of them. */
const SLOW_READER = `
  const fs = require('node:fs');
  const fd = fs.openSync(process.argv[1], 'r');
  const bytes = Buffer.alloc(65536);
  let lines = 0, tail = '';
  for (let n; (n = fs.readSync(fd, bytes)) > 0; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)) {
    const text = tail + bytes.toString('latin1', 0, n);
    const whole = text.split('\\n');
    tail = whole.pop();
    for (const line of whole) if (JSON.parse(line).n !== lines++) process.exit(1);
  }
  console.log(lines);
`;

test('a file gets every line, readable by its owner only, and is emptied first', async () => {
  const path = join(folder, 'results.jsonl');
  for (const count of [3, 20_000]) {
    const lines = await openBlockingLines(path, onFailure);
    for (let n = 0; n < count; n++) lines.line(`{"n":${n},"text":"${'ä'.repeat(20)}"}`);
    await lines.finish();
    const written = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(written.length).toBe(count);
    expect(JSON.parse(written.at(-1) ?? '')).toEqual({ n: count - 1, text: 'ä'.repeat(20) });
  }
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(failures).toEqual([]);
});

test('lines that were joined elsewhere are kept in their order', async () => {
  const path = join(folder, 'results.jsonl');
  const lines = await openBlockingLines(path, onFailure);
  lines.line('one');
  lines.lines('two\nthree\n');
  lines.line('four');
  await lines.finish();
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\nthree\nfour\n');
});

test('a pipe with a slow reader gets every line, and memory stays flat', async () => {
  const path = pipe();
  const reader = spawn(process.execPath, ['-e', SLOW_READER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = once(reader.stdout, 'data');
  const exited = once(reader, 'exit');
  const lines = await openBlockingLines(path, onFailure);
  const text = `"text":"${'x'.repeat(200)}"`;
  const held = () => {
    collectGarbage();
    const { external, heapUsed } = process.memoryUsage();
    return external + heapUsed;
  };
  const before = held();
  let most = 0;
  for (let n = 0; n < 100_000; n++) {
    lines.line(`{"n":${n},${text}}`);
    if (n % 20_000 === 19_999) most = Math.max(most, held() - before);
  }
  await lines.finish();
  expect(String((await said)[0])).toBe('100000\n');
  expect(await exited).toEqual([0, null]);
  // 22 MB went through.
  expect(most).toBeLessThan(4 * 1024 * 1024);
  expect(failures).toEqual([]);
});

test('a pipe whose reader goes away fails once, and says so at the end', async () => {
  const path = pipe();
  const reader = spawn('head', ['-n', '1', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(reader, 'exit');
  const lines = await openBlockingLines(path, onFailure);
  const batch = 'x'.repeat(300_000);
  lines.line('first');
  lines.line(batch);
  await exited;
  for (let n = 0; n < 5; n++) lines.line(batch);
  await expect(lines.finish()).rejects.toMatchObject({ code: 'OUTPUT_FAILED', exitCode: 1 });
  expect(failures).toHaveLength(1);
});

test('a disk without room fails once, at the first batch', async () => {
  const lines = await openBlockingLines('/dev/full', onFailure);
  for (let n = 0; n < 4; n++) lines.line('x'.repeat(300_000));
  expect(failures).toHaveLength(1);
  await expect(lines.finish()).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    message: 'cannot write /dev/full: no space is left',
  });
});

test('a folder that is not there is named', async () => {
  const path = join(folder, 'absent', 'results.jsonl');
  await expect(openBlockingLines(path, onFailure)).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    message: expect.stringContaining('there is no folder'),
  });
});
