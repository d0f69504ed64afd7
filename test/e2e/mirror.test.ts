/** Live traffic to another instance: every complete request, at once, counted by the server that got it. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { startNginx } from '../support/servers/nginx.ts';

/** For conditions that hold soon, or never. */
const WAIT = { timeout: 20_000, interval: 100 };

describeWith(['build', 'capture', 'libpcap', 'nginx'], 'mirror', () => {
  testWith([], 'every request reaches the mirror once; what the mirror sends is not captured again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bytecopy-mirror-'));
    const service = await startNginx();
    const mirrored = await startCounter();
    try {
      const store = join(folder, 'store');
      const ports = `${service.port},${mirrored.port}`;
      const capture = start(['capture', '-i', 'lo', '-p', ports, '--to', mirrored.url, '--store', store, '--json']);
      await capture.says('capturing');
      await pacedLoad({ port: service.port, ratePerSecond: 500, requests: 500, keepAlive: true });
      await vi.waitUntil(() => mirrored.requests() >= 500, WAIT);
      const ended = await capture.interrupt();
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({ balanced: true, mirrors: [{ answered: 500, balanced: true }] });
      expect(mirrored.requests()).toBe(500);
      const found = jsonLines((await run(['find', '', '--store', store, '--json'])).stdout);
      expect(found.length).toBe(500);
    } finally {
      mirrored.stop();
      await service.stop();
      await rm(folder, { recursive: true });
    }
  });

  testWith([], 'chosen by query, multiplied, with other headers; writes stay behind', async () => {
    const service = await startNginx();
    const mirrored = await startCounter();
    try {
      const changes = ['--host', 'target', '--set-header', 'X-Env: dev', '--remove-header', 'Authorization'];
      const flags = ['--times', '2', '--where', 'path:/items/*', ...changes, '--json'];
      const mirror = start(['mirror', '-i', 'lo', '-p', String(service.port), '--to', mirrored.url, ...flags]);
      await mirror.says('capturing');
      const load = {
        port: service.port,
        ratePerSecond: 200,
        keepAlive: true,
        headers: () => ({ authorization: 'hush' }),
      };
      await pacedLoad({ ...load, requests: 20, path: (n) => (n % 2 === 0 ? `/items/${n}` : `/users/${n}`) });
      await pacedLoad({ ...load, requests: 5, method: 'POST' });
      await vi.waitUntil(() => mirrored.requests() >= 20, WAIT);
      const ended = await mirror.interrupt();
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        balanced: true,
        mirrors: [{ answered: 20, notSent: { 'write-not-allowed': 10 }, balanced: true }],
      });
      expect(mirrored.requests()).toBe(20);
      expect(mirrored.heads.every(({ url }) => url?.startsWith('/items/'))).toBe(true);
      const [first] = mirrored.heads;
      expect(first?.headers).toMatchObject({ host: `127.0.0.1:${mirrored.port}`, 'x-env': 'dev' });
      expect(first?.headers.authorization).toBeUndefined();
      expect(first?.headers['x-bytecopy-replay']).toMatch(/^[0-9a-f]+$/);
    } finally {
      mirrored.stop();
      await service.stop();
    }
  });

  testWith(
    [],
    'a request is mirrored before its answer: the service answers only when the mirror has got it',
    async () => {
      const mirrored = await startNginx();
      const waiting: ServerResponse[] = [];
      const service = createServer((_, response) => void waiting.push(response)).listen(0, '127.0.0.1');
      await once(service, 'listening');
      const { port } = service.address() as AddressInfo;
      try {
        const mirror = start(['mirror', '-i', 'lo', '-p', String(port), '--to', mirrored.url]);
        await mirror.says('capturing');
        const sent = request({ host: '127.0.0.1', port, path: '/slow' });
        const answered = once(sent, 'response');
        sent.end();
        await vi.waitUntil(async () => (await mirrored.lines()).length > 0, WAIT);
        expect((await mirrored.lines())[0]).toContain('/slow');
        for (const response of waiting) response.end();
        await answered;
        expect((await mirror.interrupt()).code).toBe(0);
      } finally {
        service.closeAllConnections();
        service.close();
        await mirrored.stop();
      }
    },
  );

  testWith([], 'a mirror to the captured service itself is refused', async () => {
    const service = await startNginx();
    try {
      const mirror = start(['mirror', '-i', 'lo', '-p', String(service.port), '--to', service.url]);
      await mirror.says('capturing');
      await pacedLoad({ port: service.port, ratePerSecond: 100, requests: 10, keepAlive: true });
      const ended = await mirror.finished;
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('--allow-target');
      expect((await service.lines()).length).toBe(10);
    } finally {
      await service.stop();
    }
  });
});

/** A target that counts: asking nginx for its log would be a request on the captured port too. */
async function startCounter() {
  const heads: Pick<IncomingMessage, 'url' | 'headers'>[] = [];
  const server = createServer(({ url, headers }, response) => {
    heads.push({ ...(url === undefined ? {} : { url }), headers });
    response.end('counted');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, url: `http://127.0.0.1:${port}`, heads, requests: () => heads.length, stop };
}
