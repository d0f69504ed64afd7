/** Live traffic to another instance: every complete request, at once, counted by the server that got it. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { startCountingServer } from '../support/servers/counting-server.ts';
import { startNginx } from '../support/servers/nginx.ts';

/** For conditions that hold soon, or never. */
const WAIT = { timeout: 20_000, interval: 100 };

describeWith(['build'], 'mirror of a capture file', () => {
  testWith([], 'several --to share by weight, none is forgotten; the recorded client is told on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bytecopy-mirror-'));
    const servers = await Promise.all([startCountingServer(), startCountingServer(), startCountingServer()]);
    try {
      const recording = join(folder, 'recording.pcap');
      const talk = conversation({ stepMicros: 1_000, client: '192.0.2.7:40000' }).handshake();
      for (let n = 0; n < 20; n++) {
        talk.client(`GET /items/${n} HTTP/1.1\r\nHost: shop\r\n\r\n`);
        talk.server('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }
      await writeFile(recording, talk.pcap());
      const [heavy, light, copy] = servers.map(({ url }) => url);
      const to = ['--to', `${heavy} weight=3`, '--to', `${light}`, '--copy-to', `${copy}`];
      const ended = await run(['mirror', '--from', recording, ...to, '--client-address', 'X-Forwarded-For', '--json']);
      expect(ended.code, ended.stderr).toBe(0);
      expect(servers.map(({ asked }) => asked.length)).toEqual([15, 5, 20]);
      expect(
        servers.every(({ asked }) => asked.every(({ headers }) => headers['x-forwarded-for'] === '192.0.2.7')),
      ).toBe(true);
      expect(JSON.parse(ended.stdout)).toMatchObject({ mirrors: [{ answered: 20 }, { answered: 20 }] });
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(folder, { recursive: true });
    }
  });
});

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

  testWith(
    [],
    'two targets, 3.5 times, 100 ms later: one that never answers takes nothing from the other, and all is accounted',
    async () => {
      const service = await startNginx();
      const mirrored = await startCounter();
      const held = new Set<Socket>();
      const silent = createTcpServer((socket) => void held.add(socket.resume())).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      try {
        const waits = ['--delay', '100ms', '--timeout', '6s', '--max-wait', '1s', '--connections', '4'];
        const to = ['--to', silentUrl, '--copy-to', mirrored.url, '--times', '3.5'];
        const mirror = start(['mirror', '-i', 'lo', '-p', String(service.port), ...to, ...waits, '--json']);
        await mirror.says('capturing');
        const askedAt: number[] = [];
        const path = (n: number): string => {
          askedAt[n] = performance.now();
          return `/items/${n}`;
        };
        await pacedLoad({ port: service.port, ratePerSecond: 200, requests: 200, keepAlive: true, path });
        // All of them, while the first requests to the other target are still waited for.
        await vi.waitUntil(() => mirrored.requests() >= 700, WAIT);
        expect([...held].map(({ destroyed }) => destroyed)).toEqual([false, false, false, false]);
        const copies = Array.from({ length: 200 }, () => 0);
        for (const { url, at } of mirrored.heads) {
          const n = Number(url?.split('/')[2]);
          copies[n] = (copies[n] as number) + 1;
          expect(at - (askedAt[n] as number)).toBeGreaterThanOrEqual(100);
        }
        expect(copies.filter((count) => count === 3)).toHaveLength(100);
        expect(copies.filter((count) => count === 4)).toHaveLength(100);
        const ended = await mirror.interrupt();
        expect(ended.code, ended.stderr).toBe(1);
        expect(ended.stderr).toContain(`nothing was answered by ${silentUrl.slice('http://'.length)}`);
        expect(JSON.parse(ended.stdout)).toMatchObject({
          balanced: true,
          mirrors: [
            { due: 700, answered: 0, failed: { timeout: 4 }, notSent: { dropped: 696 }, balanced: true },
            { due: 700, answered: 700, failed: {}, notSent: {}, balanced: true },
          ],
        });
      } finally {
        for (const socket of held) socket.destroy();
        silent.close();
        mirrored.stop();
        await service.stop();
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
  const heads: (Pick<IncomingMessage, 'url' | 'headers'> & { readonly at: number })[] = [];
  const server = createServer(({ url, headers }, response) => {
    heads.push({ ...(url === undefined ? {} : { url }), headers, at: performance.now() });
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
