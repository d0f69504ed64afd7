/** Several targets by the command line: shares over three workers, guards before anything leaves, tokens over two workers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { ReplayReport } from '../../emitter/index.ts';
import { run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { type RequestCounter, startRequestCounter } from '../support/servers/request-counter.ts';
import { pcapOfTalks, recordTalks, TALK_REQUESTS } from '../support/servers/token-recording.ts';
import { startTokenService } from '../support/servers/token-service.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const SENDS = 100_000;
/** Two-sided, 99.9 %. */
const Z = 3.2905;

describeWith(['build'], 'several targets', () => {
  let folder: string;
  let recording: string;
  let task: string;
  let servers: RequestCounter[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-targets-'));
    recording = join(folder, 'recording.pcap');
    task = join(folder, 'task.yaml');
    servers = [];
    for (let at = 0; at < 6; at++) servers.push(await startRequestCounter());
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true });
  });

  const url = (index: number): string => servers[index]?.url ?? '';

  async function record(requests: readonly string[], answer = OK): Promise<void> {
    const talk = conversation({ stepMicros: 1_000 }).handshake();
    for (const request of requests) talk.client(request).server(answer);
    await writeFile(recording, talk.pcap());
  }

  testWith(
    [],
    '100,000 sends by three workers over pools 60/40 and targets 3:2:1 are within a 99.9 % interval at each target',
    async () => {
      await record(Array.from({ length: 100 }, (_, index) => `GET /${index} HTTP/1.1\r\nHost: shop\r\n\r\n`));
      const pool = (name: string, weight: number, from: number) =>
        `  - { name: ${name}, weight: ${weight}, targets: ["${url(from)} weight=3", "${url(from + 1)} weight=2", "${url(from + 2)}"] }\n`;
      await writeFile(
        task,
        `file: ${recording}\nqps: max\nloop: ${SENDS / 100}\nworkers: 3\npools:\n${pool('blue', 60, 0)}${pool('green', 40, 3)}`,
      );
      const ended = await run(['replay', '--task', task, '--json']);
      expect(ended.code, ended.stderr).toBe(0);
      const report = JSON.parse(ended.stdout) as ReplayReport;
      expect(report.answered).toBe(SENDS);
      const shares = [0.6, 0.4].flatMap((of) => [3, 2, 1].map((weight) => (of * weight) / 6));
      for (const [at, share] of shares.entries()) {
        const seen = servers[at]?.requests() ?? 0;
        expect(Math.abs(seen - SENDS * share)).toBeLessThanOrEqual(Z * Math.sqrt(SENDS * share * (1 - share)));
        expect(report.routing?.targets.targets[at]?.sends).toBe(seen);
      }
    },
    120_000,
  );

  testWith([], 'a guard that is violated: nothing leaves, exit code 2, and the reason', async () => {
    const nothingLeft = () => expect(servers.map((server) => server.connections())).toEqual([0, 0, 0, 0, 0, 0]);
    const to = [0, 1, 2].flatMap((at) => ['--to', url(at)]);
    await record(['GET /a HTTP/1.1\r\nHost: shop\r\n\r\n', 'DELETE /a HTTP/1.1\r\nHost: shop\r\n\r\n']);
    for (const workers of ['1', '3']) {
      const write = await run(['replay', ...to, '--file', recording, '--qps', 'max', '--workers', workers]);
      expect(write.code, write.stderr).toBe(2);
      expect(write.stderr).toContain('--allow-writes');
      nothingLeft();
    }
    const elsewhere = await run(['replay', ...to, '--file', recording, '--read-only', '--only-targets', '10.0.0.0/8']);
    expect(elsewhere.code, elsewhere.stderr).toBe(2);
    expect(elsewhere.stderr).toContain('is not among the allowed ones: 10.0.0.0/8');
    nothingLeft();
    const host = url(2).replace('http://', '');
    await record([`GET /a HTTP/1.1\r\nHost: ${host}\r\n\r\n`]);
    const recorded = await run(['replay', ...to, '--file', recording]);
    expect(recorded.code, recorded.stderr).toBe(2);
    expect(recorded.stderr).toContain('the traffic was recorded from');
    nothingLeft();
    await record(['GET /a HTTP/1.1\r\nHost: shop\r\nx-bytecopy-replay: earlier\r\n\r\n']);
    // A capture does not take what is replayed traffic already.
    const marked = await run(['replay', ...to, '--file', recording]);
    expect(marked.code, marked.stderr).toBe(1);
    expect(marked.stderr).toContain('the selection holds no exchange');
    nothingLeft();
  });

  testWith([], 'tokens are learnt within their sessions, whichever of two workers has the session', async () => {
    const sessions = 60;
    const [old, target] = [await startTokenService(), await startTokenService()];
    try {
      await writeFile(recording, pcapOfTalks(await recordTalks(old.port, sessions)));
      await writeFile(
        task,
        `file: ${recording}
to: ${target.url}
qps: max
workers: 2
allowWrites: true
session: flow
correlate:
  - { name: token, learn: { from: "json:token", where: { operation: POST /login } } }
  - { name: sid, learn: { from: "cookie:sid", where: { operation: POST /login } }, replace: { in: [cookie] } }
  - { name: auth, learn: { from: "header:X-Auth-Token", where: { operation: POST /login } }, replace: { in: [header] } }
  - { name: order, learn: { from: "json:order", where: { operation: POST /orders } } }
  - { name: csrf, learn: { from: 'body:re:name="csrf" value="([^"]*)"' }, replace: { in: [body] } }
`,
      );
      const ended = await run(['replay', '--task', task, '--json']);
      expect(ended.code, ended.stderr).toBe(0);
      expect((JSON.parse(ended.stdout) as ReplayReport).answered).toBe(sessions * TALK_REQUESTS);
      expect([...target.answers].filter(([what]) => what.endsWith(' 401'))).toEqual([]);
      expect(target.answers.get('GET /profile 200')).toBe(sessions);
    } finally {
      await Promise.all([old.close(), target.close()]);
    }
  });
});
