/** Recorded sessions through the pool: byte runs in order, each after what the server said before it. */
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { PreparedRequest, Turn } from '../../../core/index.ts';
import type { ConnectionPoolOptions } from '../../../emitter/connection/connection-pool.ts';
import { poolTo } from '../../support/emitter/pool.ts';
import { GET_REQUEST, request } from '../../support/emitter/prepared-request.ts';
import { reset, type ScriptServer, serveRaw } from '../../support/emitter/script-server.ts';
import { SmallLane } from '../../support/emitter/small-lane.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** `C:hello` is what the client says, `S:hi` what the server said when it was recorded; a number is a pause in ms before the next. */
function session(...steps: readonly (string | number)[]): PreparedRequest {
  const turns: Turn[] = [];
  const said: Buffer[] = [];
  let at = 1_000_000;
  for (const step of steps) {
    if (typeof step === 'number') {
      at += step * 1000;
      continue;
    }
    const words = Buffer.from(step.slice(2));
    const client = step.startsWith('C:');
    turns.push({ direction: client ? 0 : 1, byteCount: words.length, firstByteAt: at });
    if (client) said.push(words);
  }
  return request(Buffer.concat(said), { protocol: 'tcp', wire: 'tcp', verb: '', expects: 'turns', turns });
}

async function start(
  accept: (socket: Socket, connection: number) => void,
  options: Partial<ConnectionPoolOptions> = {},
): Promise<{ lane: SmallLane; server: ScriptServer }> {
  const server = await serveRaw(accept);
  const lane = new SmallLane((handler) => poolTo(server.port, handler, { keepResponses: true, ...options }));
  cleanups.push(
    () => server.close(),
    () => lane.sender.close(),
  );
  return { lane, server };
}

/** Answers each word that it is told to, as it comes. */
function talker(words: Readonly<Record<string, string>>, heard: string[]): (socket: Socket) => void {
  return (socket) => {
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes.toString());
      const word = words[bytes.toString()];
      if (word !== undefined) socket.write(word);
    });
  };
}

test('the client speaks in turns, and the session is kept', async () => {
  const heard: string[] = [];
  const { lane } = await start(talker({ one: 'first', two: 'second' }, heard));
  const send = lane.send(session('C:one', 'S:first', 'C:two', 'S:second'));
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['session']);
  expect(heard).toEqual(['one', 'two']);
  expect(Buffer.from(send.response ?? []).toString()).toBe('firstsecond');
  expect(send).toMatchObject({ responseByteCount: 11, attempts: 1, status: 0 });
  expect(send.sentAt).toBeLessThanOrEqual(send.firstByteAt);
});

test('the server may speak first, also before the session has come', async () => {
  const heard: string[] = [];
  const { lane } = await start((socket) => {
    socket.write('220 ready');
    talker({ HELO: '250 ok' }, heard)(socket);
  });
  await lane.sender.warm(1);
  await new Promise<void>((resolve) => setImmediate(resolve));
  lane.send(session('S:220 ready', 'C:HELO', 'S:250 ok', 'C:QUIT'));
  await lane.settled(1);
  lane.send(session('S:220 ready', 'C:HELO', 'S:250 ok'));
  await lane.settled(2);
  expect(lane.outcomes).toEqual(['session', 'session']);
  expect(heard.filter((word) => word === 'HELO')).toHaveLength(2);
});

test('what the client said last arrives before the connection ends', async () => {
  const heard: string[] = [];
  let ended = (): void => {};
  const over = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const { lane } = await start((socket) => {
    talker({ one: 'x' }, heard)(socket);
    socket.on('end', ended);
  });
  lane.send(session('C:one', 'S:x', `C:${'bye'.repeat(50_000)}`));
  await Promise.all([lane.settled(1), over]);
  expect(lane.outcomes).toEqual(['session']);
  expect(heard.join('')).toHaveLength(3 + 150_000);
});

test('a turn that is shorter than recorded ends when the server falls silent', async () => {
  const heard: string[] = [];
  const { lane } = await start(talker({ one: 'less', two: 'end' }, heard));
  lane.send(session('C:one', 'S:much longer when it was recorded', 'C:two', 'S:end'));
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['session']);
  expect(heard).toEqual(['one', 'two']);
});

test('a pause of the client is kept, counted from when the server began to speak', async () => {
  const heard: string[] = [];
  const { lane } = await start(talker({ one: 'x', two: 'y' }, heard));
  const send = lane.send(session('C:one', 'S:x', 80, 'C:two', 'S:y'));
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['session']);
  expect(send.lastByteAt - send.firstByteAt).toBeGreaterThanOrEqual(80_000);
});

test('a pause longer than the timeout is cut to it and is no timeout', async () => {
  const heard: string[] = [];
  const { lane } = await start(talker({ one: 'x', two: 'y' }, heard), { timeoutMs: 150 });
  lane.send(session('C:one', 'S:x', 3_600_000, 'C:two', 'S:y'));
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['session']);
});

test('sessions have a connection each, none is used again, and the bound holds', async () => {
  const heard: string[] = [];
  const { lane, server } = await start(talker({ one: 'x' }, heard), { maxConnections: 3 });
  lane.sendAll(new Array<PreparedRequest>(20).fill(session('C:one', 'S:x')));
  await lane.settled(20);
  expect(lane.counts()).toEqual({ session: 20 });
  expect(server.connections()).toBeGreaterThanOrEqual(20);
  expect(lane.sender.statistics().peak).toBeLessThanOrEqual(3);
  expect(lane.sender.statistics().closedByPeer).toBe(0);
});

test('an idle connection of requests gives way to a session', async () => {
  const { lane } = await start(
    (socket) => {
      socket.on('data', (bytes: Buffer) => socket.write(bytes.includes('GET') ? 'HTTP/1.1 204 No\r\n\r\n' : 'x'));
    },
    { maxConnections: 1 },
  );
  lane.send(GET_REQUEST);
  await lane.settled(1);
  lane.send(session('C:one', 'S:x'));
  await lane.settled(2);
  lane.send(GET_REQUEST);
  await lane.settled(3);
  expect(lane.outcomes).toEqual(['204', 'session', '204']);
});

test('a server that closes, resets or is silent in the middle fails the session once', async () => {
  const acts: ((socket: Socket) => void)[] = [(socket) => socket.end(), (socket) => reset(socket), () => {}];
  const { lane } = await start(
    (socket, connection) => {
      socket.once('data', () => acts[connection]?.(socket));
    },
    { maxConnections: 1, timeoutMs: 150 },
  );
  for (const count of [1, 2, 3]) {
    lane.send(session('C:one', 'S:x', 'C:two', 'S:y'));
    await lane.settled(count);
  }
  expect(lane.outcomes).toEqual(['failed: connection-closed', 'failed: reset', 'failed: timeout']);
});

test('a server that ends with its last turn, shorter than recorded, ends the session', async () => {
  const { lane } = await start((socket) => {
    socket.once('data', () => socket.end('b'));
  });
  lane.send(session('C:one', 'S:bye'));
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['session']);
});

test('a server that trickles for ever fails as timeout', async () => {
  const { lane } = await start(
    (socket) => {
      const timer = setInterval(() => socket.write('.'), 20);
      socket.on('close', () => clearInterval(timer));
    },
    { timeoutMs: 300 },
  );
  lane.send(session(`S:${'.'.repeat(100_000)}`, 'C:never'));
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['failed: timeout']);
});

test('a session without words is through, and not before the offer has returned', async () => {
  const { lane } = await start(() => {});
  await lane.sender.warm(1);
  lane.send(session());
  expect(lane.outcomes).toEqual([]);
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['session']);
});
