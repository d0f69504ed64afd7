/** What a user sees of a replay: on the terminal, in a page, in histograms. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const GONE = 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno';

describeWith(['build', 'nginx'], 'the report of a replay', () => {
  let folder: string;
  let nginx: Nginx;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-report-'));
    nginx = await startNginx();
  });
  afterEach(async () => {
    await nginx.stop();
    await rm(folder, { recursive: true });
  });

  /** 20 requests whose path would like to be an element of a page; a quarter of them were answered 404. */
  async function replay(...flags: readonly string[]) {
    const talk = conversation({ stepMicros: 1_000 }).handshake();
    for (let n = 0; n < 20; n++) {
      talk.client('GET /<b>shop</b> HTTP/1.1\r\nHost: shop\r\n\r\n').server(n % 4 === 0 ? GONE : OK);
    }
    const path = join(folder, 'recording.pcap');
    await writeFile(path, talk.pcap());
    return run(['replay', '--to', nginx.url, '--file', path, '--qps', '100', ...flags]);
  }

  testWith([], 'as text: what was planned and sent, latencies, and answers beside the recorded ones', async () => {
    const ended = await replay('--threshold', 'p(99)<10s', '--threshold', 'answered:count>=20');
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/^replay to 127\.0\.0\.1:\d+ \(run /);
    expect(ended.stdout).toContain('  plan         100/s, evenly');
    expect(ended.stdout).toContain('  sends        20 due = 20 answered\n');
    expect(ended.stdout).toMatch(/\nfrom intended time +20 /);
    expect(ended.stdout).toMatch(/\n404 +5 +25 % +0 +0 %\n/);
    expect(ended.stdout).toContain('5 answers changed\n  404 → 200  5\n');
    expect(ended.stdout).toMatch(/\n✓ p\(99\)<10s +measured /);
    expect(ended.stdout).toMatch(/\n✓ answered:count>=20 +measured 20\n/);
  });

  testWith([], 'a page that cannot be written takes no other file with it', async () => {
    const results = join(folder, 'results.jsonl');
    const ended = await replay('--html', '/dev/full', '--results', results, '--hgrm', join(folder, 'run'));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('cannot write /dev/full: no space is left');
    expect((await readFile(results, 'utf8')).split('\n').length).toBe(21);
    expect(await readFile(join(folder, 'run-service.hgrm'), 'utf8')).toContain('Total count');
  });

  testWith([], 'results that cannot be written end the run, and it says why', async () => {
    const ended = await replay('--results', '/dev/full', '--loop', '10000', '--qps', 'max');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('cannot write /dev/full: no space is left');
    expect(ended.stderr).toContain('cannot write /dev/full: no space is left');
    expect(ended.stderr).not.toContain('interrupted');
  });

  testWith([], 'nothing steers a terminal where there is none', async () => {
    const ended = await replay();
    expect(ended.stdout + ended.stderr).not.toContain('\x1b');
  });

  testWith([], '--html and --hgrm: a page by itself, and histograms', async () => {
    const page = join(folder, 'page.html');
    const prefix = join(folder, 'run');
    const ended = await replay('--html', page, '--hgrm', prefix);
    expect(ended.code, ended.stderr).toBe(0);
    const text = await readFile(page, 'utf8');
    expect(text).toMatch(/<h1>replay to 127\.0\.0\.1:\d+ \(run /);
    expect(text).toContain('uPlot');
    expect(text).not.toContain('<b>');
    expect(text).toMatch(/<tr><th scope="row">GET [^<]*&lt;b&gt;[^<]*<\/th><td data-value="20">20<\/td>/);
    for (const kind of ['from-intended', 'service']) {
      expect(await readFile(`${prefix}-${kind}.hgrm`, 'utf8')).toMatch(/Total count += +20\]/);
    }
  });
});
