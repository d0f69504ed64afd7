/** What a replay says before it sends, how it ends, and with which exit code. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { recording as exchanges } from '../support/emitter/recording.ts';
import { answer, serve } from '../support/emitter/script-server.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { emptyFolder, opened } from '../support/store/index.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describeWith(['build', 'nginx'], 'the outcome of a replay', () => {
  let folder: string;
  let nginx: Nginx;
  let recording: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-outcome-'));
    nginx = await startNginx();
    const talk = conversation({ stepMicros: 10_000 }).handshake();
    for (let n = 0; n < 20; n++) talk.client(`GET /items/${n} HTTP/1.1\r\nHost: shop\r\n\r\n`).server(OK);
    recording = join(folder, 'recording.pcap');
    await writeFile(recording, talk.pcap());
  });
  afterEach(async () => {
    await nginx.stop();
    await rm(folder, { recursive: true });
  });

  const replay = (...flags: readonly string[]) => ['replay', '--to', nginx.url, '--file', recording, ...flags];

  testWith([], 'a plan is announced and kept', async () => {
    const ended = await run(replay('--plan', 'hold:100/100ms,hold:50/400ms', '--json'));
    expect(ended.stderr).toContain(`replaying 30 sends to ${nginx.url} in 500 ms, at most 100/s`);
    expect(ended.stderr).toContain('in 2 passes over the recording');
    expect(JSON.parse(ended.stdout)).toMatchObject({ due: 30, answered: 30, balanced: true });
    expect((await nginx.lines()).length).toBe(30);
  });

  testWith([], '--times by hand or by itself: the announcement and the report say which it was', async () => {
    const copies = await run(replay('--times', '2', '--qps', 'max', '--json'));
    expect(copies.stderr).toContain('by copies: each request is sent 2 times, because');
    expect(JSON.parse(copies.stdout)).toMatchObject({ answered: 40, plan: { times: 2, by: 'copies' } });
    const overlay = await run(replay('--times', '2', '--by', 'overlay', '--json'));
    expect(overlay.stderr).toContain('by overlay: 2 slices of');
    expect(JSON.parse(overlay.stdout)).toMatchObject({ answered: 20, plan: { times: 2, by: 'overlay' } });
  });

  testWith([], 'a threshold that is not kept: the report, then exit code 3', async () => {
    const ended = await run(replay('--qps', 'max', '--threshold', 'answered:count>=20', '--threshold', 'due:count<5'));
    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stdout).toContain('20 answered');
    expect(ended.stderr).toContain('not kept: due:count<5');
  });

  /** A replay without end that has been answered. */
  async function endless(...flags: readonly string[]) {
    const running = start(replay('--qps', 'max', '--connections', '1', '--loop', ...flags));
    await running.says('until stopped');
    while ((await nginx.lines()).length === 0);
    return running;
  }

  testWith([], 'a rule to stop on ends a run that has no end: exit code 3', async () => {
    const running = await endless('--stop-on', 'consecutive>10');
    await nginx.stop();
    const ended = await running.finished;
    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stderr).toContain('ended early by a rule of --stop-on');
    expect(ended.stdout).toContain('refused');
  });

  testWith([], 'a run whose standard error nobody reads any more ends as every other', async () => {
    const running = start(replay('--qps', '50'));
    running.process.stderr?.destroy();
    const ended = await running.finished;
    expect(ended.stdout).toContain('20 due = 20 answered');
  });

  testWith([], 'what a capture adds to the store meanwhile is no part of the replay', async () => {
    const path = await emptyFolder();
    const { store } = await opened(path);
    await store.append(exchanges({ count: 10 }));
    await store.flush();
    const flags = ['--qps', 'max', '--connections', '1', '--loop', '--count', '5000', '--store', path];
    const running = start(['replay', '--to', nginx.url, ...flags]);
    while ((await nginx.lines()).length === 0);
    const write = (n: number) => `POST /late/${n} HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n`;
    await store.append(exchanges({ count: 20, bytes: write }).slice(10));
    await store.flush();
    const ended = await running.finished;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain('5,000 due = 5,000 answered');
  });

  testWith([], 'interrupted: the report of what was sent, and 130', async () => {
    const running = await endless();
    const ended = await running.interrupt();
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.stdout).toContain('answered');
  });

  testWith(
    [],
    'interrupted twice: it ends at once, its results are kept, and what was recorded stays nowhere',
    async () => {
      const scratch = join(folder, 'scratch');
      const results = join(folder, 'results.jsonl');
      await mkdir(scratch);
      let silent = () => {};
      const isSilent = new Promise<void>((resolve) => {
        silent = resolve;
      });
      const server = await serve(({ socket, index }) => (index < 5 ? socket.write(answer(200)) : silent()));
      try {
        const flags = ['--qps', 'max', '--connections', '1', '--results', results];
        const args = ['replay', '--to', server.url, '--file', recording, ...flags];
        const running = start(args, { env: { TMPDIR: scratch } });
        await isSilent;
        running.process.kill('SIGINT');
        running.process.kill('SIGTERM');
        const ended = await running.finished;
        expect(ended.code, ended.stderr).toBe(130);
        expect(ended.stdout).toBe('');
        expect(await readdir(scratch)).toEqual([]);
        expect(jsonLines(await readFile(results, 'utf8')).length).toBe(5);
      } finally {
        await server.close();
      }
    },
  );

  testWith([], 'results: a line a send, with the exchange as show takes it and the answer', async () => {
    const results = join(folder, 'results.jsonl');
    const ended = await run(replay('--qps', 'max', '--results', results, '--save-responses'));
    expect(ended.code, ended.stderr).toBe(0);
    const lines = jsonLines(await readFile(results, 'utf8')) as {
      exchange: string;
      outcome: string;
      response: string;
    }[];
    expect(lines.length).toBe(20);
    expect(lines[0]).toMatchObject({ outcome: 'answered', exchange: expect.stringMatching(/^[0-9a-f]{14}-/) });
    expect(Buffer.from(lines[0]?.response ?? '', 'base64').toString('latin1')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  testWith([], 'flags that contradict each other are told before anything is read', async () => {
    for (const flags of [
      ['--store', folder],
      ['--speed', '2', '--qps', '5'],
      ['--qps', '5', '--seed', '7'],
      ['--by', 'overlay'],
      ['--save-responses'],
      ['--insecure'],
      ['--threshold', 'p(95)'],
      ['--plan', 'hold:5'],
    ]) {
      const ended = await run(replay(...flags));
      expect(ended.code, flags.join(' ')).toBe(2);
      expect(ended.stdout).toBe('');
    }
    expect(await nginx.lines()).toEqual([]);
  });

  testWith([], 'what a company says once in its config file holds, and is told where it is broken', async () => {
    const config = join(folder, 'bytecopy.yaml');
    await writeFile(config, 'replay: { allowedTargets: [10.0.0.0/8], thresholds: ["due:count<5"] }\n');
    const refused = await run(['--config', config, ...replay('--qps', 'max')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('10.0.0.0/8');
    expect(await nginx.lines()).toEqual([]);
    const allowed = await run(['--config', config, ...replay('--qps', 'max', '--only-targets', '127.0.0.1')]);
    expect(allowed.code, allowed.stderr).toBe(3);
    expect(allowed.stderr).toContain('due:count<5');
  });
});
