/** How a live capture ends: by every signal, and when it cannot begin. Nothing is left running, and the store reopens clean. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { BIN, jsonLines, type Running, run, start } from '../support/cli/bytecopy.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { freePort, type Nginx, startNginx } from '../support/servers/nginx.ts';

/** For conditions that hold soon, or never. */
const WAIT = { timeout: 20_000, interval: 100 };

describeWith(['build', 'capture', 'libpcap', 'nginx'], 'a capture', () => {
  let folder: string;
  let nginx: Nginx;
  let store: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-end-'));
    nginx = await startNginx();
    store = ['--store', join(folder, 'store')];
  });
  afterEach(async () => {
    await nginx.stop();
    await rm(folder, { recursive: true });
  });

  async function capturing(): Promise<Running> {
    const capture = start(['capture', '-i', 'lo', '-p', String(nginx.port), '--json', ...store]);
    await capture.says('capturing');
    return capture;
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    testWith([], `${signal}: flushed, its ledger printed, exit code 0, the store clean, no process left`, async () => {
      const capture = await capturing();
      const children = childrenOf(capture.process.pid as number);
      expect(children.length).toBe(1);
      await pacedLoad({ port: nginx.port, ratePerSecond: 500, requests: 50, keepAlive: true });
      capture.process.kill(signal);
      const ended = await capture.finished;
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({ balanced: true });
      const found = await run(['find', '', '--json', ...store]);
      expect(found).toMatchObject({ code: 0, stderr: '' });
      expect(jsonLines(found.stdout).length).toBe(50);
      await vi.waitUntil(() => children.every((id) => !isRunning(id)), WAIT);
    });
  }

  testWith([], 'a second signal ends it at once, and the capturing child with it', async () => {
    const capture = await capturing();
    const children = childrenOf(capture.process.pid as number);
    capture.process.kill('SIGINT');
    capture.process.kill('SIGTERM');
    const { code } = await capture.finished;
    expect([0, 130]).toContain(code); // whether it was already through
    await vi.waitUntil(() => children.every((id) => !isRunning(id)), WAIT);
  });

  testWith([], 'a store that another capture fills is refused, and that one goes on', async () => {
    const capture = await capturing();
    const refused = await run(['capture', '-i', 'lo', '-p', String(nginx.port), '--duration', '1s', ...store]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('another');
    expect(refused.stderr).not.toContain('unexpected:');
    expect((await capture.interrupt()).code).toBe(0);
  });

  testWith([], 'of a port on which nobody listens says so', async () => {
    const port = await freePort();
    const capture = start(['capture', '-i', 'lo', '-p', String(port), ...store]);
    await capture.says(`nothing listens on port ${port}`);
    expect((await capture.interrupt()).code).toBe(0);
  });

  testWith([], 'of an interface that does not exist: the ones that do, exit code 2', async () => {
    const refused = await run(['capture', '-i', 'nowhere0', '-p', '80', ...store]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('nowhere0');
    expect(refused.stderr).toContain('lo');
    expect(refused.stderr).not.toContain('unexpected:');
  });

  testWith(['root'], 'without privilege: what to do about it, exit code 1', async () => {
    await chmod(folder, 0o777);
    const flags = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--bounding-set', '-all'];
    const command = [process.execPath, BIN, 'capture', '-i', 'lo', '-p', '80', ...store];
    const env = { ...process.env, BYTECOPY_KEY_FILE: join(folder, 'keys') };
    const child = spawn('setpriv', [...flags, ...command], { stdio: ['ignore', 'ignore', 'pipe'], env });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect(code, said).toBe(1);
    expect(said).toContain('setcap cap_net_raw');
    expect(said).not.toContain('unexpected:');
  });
});

function childrenOf(processId: number): number[] {
  const ids = readFileSync(`/proc/${processId}/task/${processId}/children`, 'latin1').trim();
  return ids === '' ? [] : ids.split(' ').map(Number);
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
