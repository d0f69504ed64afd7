/** Targets that refuse, break off, lie, trickle and are silent: each send has one outcome, and memory stays flat. */
import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { PreparedRequest } from '../../../core/index.ts';
import type { ConnectionPoolOptions } from '../../../emitter/connection/connection-pool.ts';
import { poolTo } from '../../support/emitter/pool.ts';
import { GET_REQUEST } from '../../support/emitter/prepared-request.ts';
import {
  answer,
  reset,
  type ScriptServer,
  type SeenRequest,
  serve,
  serveRaw,
} from '../../support/emitter/script-server.ts';
import { SmallLane } from '../../support/emitter/small-lane.ts';
import { freePort } from '../../support/servers/nginx.ts';

const COUNT = 300;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function laneTo(port: number, options: Partial<ConnectionPoolOptions> = {}): SmallLane {
  const lane = new SmallLane((handler) => poolTo(port, handler, { maxConnections: 16, ...options }));
  cleanups.push(() => lane.sender.close());
  return lane;
}

async function outcomes(
  target: ScriptServer,
  options: Partial<ConnectionPoolOptions> = {},
  count = COUNT,
): Promise<Record<string, number>> {
  cleanups.push(() => target.close());
  const lane = laneTo(target.port, options);
  lane.sendAll(new Array<PreparedRequest>(count).fill(GET_REQUEST));
  await lane.settled(count);
  expect(lane.sender.statistics()).toMatchObject({ inFlight: 0 });
  expect(lane.sender.statistics().peak).toBeLessThanOrEqual(options.maxConnections ?? 16);
  return lane.counts();
}

test('closes after each response', async () => {
  const target = await serve(({ socket }) => socket.end(answer(200, 'ok', 'Connection: close\r\n')));
  expect(await outcomes(target)).toEqual({ 200: COUNT });
});

test('closes after each response without saying so', async () => {
  const target = await serve(({ socket }) => socket.end(answer(200)));
  const {
    200: answered = 0,
    'failed: connection-closed': closed = 0,
    'failed: reset': broken = 0,
  } = await outcomes(target);
  expect(answered + closed + broken).toBe(COUNT);
  expect(answered).toBeGreaterThan(COUNT / 4);
});

test('closes before each response', async () => {
  expect(await outcomes(await serve(({ socket }) => socket.end()))).toEqual({ 'failed: connection-closed': COUNT });
});

test('resets each connection as it is accepted', async () => {
  const { 'failed: reset': broken = 0, 'failed: connection-closed': closed = 0 } = await outcomes(
    await serveRaw((socket) => reset(socket)),
  );
  expect(broken + closed).toBe(COUNT);
});

test('resets in the middle of a response', async () => {
  const target = await serve(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => reset(socket));
  });
  const { 'failed: reset': broken = 0, 'failed: connection-closed': closed = 0 } = await outcomes(target);
  expect(broken + closed).toBe(COUNT);
});

test('answers garbage', async () => {
  const words = [
    '220 smtp ready\r\n',
    '\0\x01\x02',
    'HTTP/1.1 abc\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
  ];
  const target = await serve(({ socket, index }) => socket.write(words[index % words.length] as string));
  expect(await outcomes(target)).toEqual({ 'failed: protocol-error': COUNT });
});

test('never answers', async () => {
  expect(await outcomes(await serve(() => {}), { timeoutMs: 100 }, 64)).toEqual({ 'failed: timeout': 64 });
});

test('trickles its answer a byte at a time', async () => {
  const target = await serve(({ socket }) => {
    const text = answer(200);
    let at = 0;
    const next = (): void => {
      socket.write(text.slice(at, at + 1));
      at++;
      if (at < text.length) setImmediate(next);
    };
    next();
  });
  expect(await outcomes(target)).toEqual({ 200: COUNT });
});

test('trickles an answer that never ends', async () => {
  const target = await serve(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const timer = setInterval(() => socket.write('.'), 10);
    socket.on('close', () => clearInterval(timer));
  });
  expect(await outcomes(target, { timeoutMs: 150 }, 32)).toEqual({ 'failed: timeout': 32 });
});

test('sends a head, interim answers and trailers without end', async () => {
  const floods = ['X: y\r\n', 'HTTP/1.1 100 Continue\r\n\r\n'];
  const begins = ['HTTP/1.1 200 OK\r\n', ''];
  const target = await serve(({ socket, index }) => {
    const flood = (floods[index % 2] as string).repeat(1_000);
    const more = (): void => {
      while (!socket.destroyed && socket.write(flood));
    };
    socket.write(begins[index % 2] as string);
    socket.on('drain', more);
    more();
  });
  const counts = await outcomes(target, { timeoutMs: 400, maxConnections: 2 }, 6);
  expect((counts['failed: protocol-error'] ?? 0) + (counts['failed: timeout'] ?? 0)).toBe(6);
});

/** Writes so many bytes as fast as they are taken. */
function pour(socket: Socket, byteCount: number): void {
  const piece = Buffer.alloc(256 * 1024, 'L');
  let left = byteCount;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      const part = left < piece.length ? piece.subarray(0, left) : piece;
      left -= part.length;
      if (!socket.write(part)) return;
    }
  };
  socket.on('drain', more);
  more();
}

test('an answer of a gigabyte is counted and not kept', { timeout: 60_000 }, async () => {
  const gigabyte = 1024 ** 3;
  const target = await serve(({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${gigabyte}\r\n\r\n`);
    pour(socket, gigabyte);
  });
  cleanups.push(() => target.close());
  const lane = laneTo(target.port, { keepResponses: true, timeoutMs: 50_000 });
  const before = process.memoryUsage().rss;
  const send = lane.send(GET_REQUEST);
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['200']);
  expect(send.responseByteCount).toBeGreaterThan(gigabyte);
  expect(send.response?.length).toBe(1024 * 1024);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test('refuses: each send is refused within the pause, with few attempts', async () => {
  const lane = laneTo(await freePort());
  let sent = 0;
  await new Promise<void>((resolve) => {
    // As a pacer would: some sends a turn, whatever became of those before.
    const turn = (): void => {
      for (let one = 0; one < 10; one++) lane.send(GET_REQUEST);
      sent += 10;
      if (sent < 5_000) setImmediate(turn);
      else resolve();
    };
    turn();
  });
  await lane.settled(5_000);
  expect(lane.counts()).toEqual({ 'failed: refused': 5_000 });
  expect(lane.sender.statistics().failedToOpen).toBeLessThan(500);
});

test('comes back after it refused, and is found at the next send', async () => {
  const port = await freePort();
  const lane = laneTo(port);
  lane.sendAll(new Array<PreparedRequest>(50).fill(GET_REQUEST));
  await lane.settled(50);
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(answer(200)));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  lane.sendAll(new Array<PreparedRequest>(50).fill(GET_REQUEST));
  await lane.settled(100);
  expect(lane.counts()).toEqual({ 'failed: refused': 50, 200: 50 });
  await lane.sender.close();
});

test('dies in the middle: the sends of its connections fail, those after it are refused', async () => {
  const held: SeenRequest[] = [];
  let wake = (): void => {};
  const full = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const target = await serve((seen) => {
    held.push(seen);
    if (held.length === 16) wake();
  });
  const lane = laneTo(target.port);
  lane.sendAll(new Array<PreparedRequest>(COUNT).fill(GET_REQUEST));
  await full;
  await target.close();
  await lane.settled(COUNT);
  const {
    'failed: refused': refused = 0,
    'failed: connection-closed': closed = 0,
    'failed: reset': broken = 0,
  } = lane.counts();
  expect(closed + broken).toBeGreaterThanOrEqual(16);
  expect(refused + closed + broken).toBe(COUNT);
});
