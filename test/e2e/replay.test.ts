/** Recorded traffic sent again, counted by the server that got it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Report {
  readonly due: number;
  readonly answered: number;
  readonly notSent: Readonly<Record<string, number>>;
  readonly balanced: boolean;
}

describeWith(['build', 'nginx'], 'replay', () => {
  let folder: string;
  let nginx: Nginx;
  let store: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-replay-'));
    nginx = await startNginx();
    store = ['--store', join(folder, 'store')];
  });
  afterEach(async () => {
    await nginx.stop();
    await rm(folder, { recursive: true });
  });

  /** 20 GETs, 5 POSTs, and one GET that was cut off. */
  async function recording(): Promise<string> {
    const talk = conversation({ stepMicros: 1_000 }).handshake();
    for (let n = 0; n < 20; n++) talk.client(`GET /items/${n} HTTP/1.1\r\nHost: shop\r\n\r\n`).server(OK);
    for (let n = 0; n < 5; n++)
      talk.client('POST /cart HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi').server(OK);
    talk.client('GET /cut HTTP/1.1\r\nHo');
    const path = join(folder, 'recording.pcap');
    await writeFile(path, talk.pcap());
    return path;
  }

  async function importRecording(): Promise<void> {
    expect((await run(['import', await recording(), ...store])).code).toBe(0);
  }

  testWith([], 'writes need a word: nothing leaves before it is said', async () => {
    await importRecording();
    const refused = await run(['replay', '--to', nginx.url, '--qps', 'max', ...store]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('5 × POST /cart');
    expect(refused.stderr).toContain('--read-only');
    expect(await nginx.lines()).toEqual([]);
  });

  testWith([], '--read-only leaves writes out, and every send is in the access log and in the report', async () => {
    await importRecording();
    const ended = await run(['replay', '--to', nginx.url, '--qps', '500', '--read-only', '--json', ...store]);
    expect(ended.code, ended.stderr).toBe(0);
    const report = JSON.parse(ended.stdout) as Report;
    expect(report).toMatchObject({ answered: 20, notSent: { 'write-not-allowed': 5, incomplete: 1 }, balanced: true });
    expect((await nginx.lines()).length).toBe(20);
  });

  testWith([], 'from a file, allowing writes, twice each, with one result a send', async () => {
    const results = join(folder, 'results.jsonl');
    const flags = ['--allow-writes', '--times', '2', '--qps', 'max', '--json', '--results', results];
    const ended = await run(['replay', '--to', nginx.url, '--file', await recording(), ...flags]);
    expect(ended.code, ended.stderr).toBe(0);
    expect((JSON.parse(ended.stdout) as Report).answered).toBe(50);
    expect((await nginx.lines()).length).toBe(50);
  });

  testWith([], '--speed keeps the recorded order', async () => {
    await importRecording();
    const ended = await run(['replay', '--to', nginx.url, '--speed', '2', '--where', 'verb:GET', ...store]);
    expect(ended.code, ended.stderr).toBe(0);
    const paths = (await nginx.lines()).map((line) => line.split('\t')[3]);
    expect(paths).toEqual(Array.from({ length: 20 }, (_, n) => `/items/${n}`));
  });

  testWith([], 'the recorded server is production: going there needs --allow-target', async () => {
    const talk = conversation({ server: `127.0.0.1:${nginx.port}` }).handshake();
    const path = join(folder, 'own.pcap');
    await writeFile(path, talk.client('GET / HTTP/1.1\r\nHost: shop\r\n\r\n').server(OK).close().pcap());
    const refused = await run(['replay', '--to', nginx.url, '--file', path]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--allow-target');
    expect(await nginx.lines()).toEqual([]);
    const allowed = await run(['replay', '--to', nginx.url, '--file', path, '--allow-target']);
    expect(allowed.code, allowed.stderr).toBe(0);
    expect((await nginx.lines()).length).toBe(1);
  });

  testWith([], 'a target that refuses: each send is failed with its reason, exit code 1', async () => {
    await importRecording();
    const { url } = nginx;
    await nginx.stop();
    const ended = await run(['replay', '--to', url, '--qps', 'max', '--read-only', ...store]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(url.replace('http://', ''));
    expect(ended.stderr).not.toContain('unexpected:');
  });

  testWith([], '--dry-run says what would happen and sends nothing', async () => {
    await importRecording();
    const ended = await run(['replay', '--to', nginx.url, '--read-only', '--dry-run', ...store]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('replaying 20 sends');
    expect(await nginx.lines()).toEqual([]);
  });

  testWith([], 'an empty selection is said, not replayed', async () => {
    await importRecording();
    const ended = await run(['replay', '--to', nginx.url, '--where', 'path:/nowhere', ...store]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('no exchange');
    expect(jsonLines(ended.stdout)).toEqual([]);
  });
});
