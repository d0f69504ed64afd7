/** How many connections there are, which one a send takes, and when they are closed. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { PreparedRequest } from '../../../core/index.ts';
import type { ConnectionPoolOptions } from '../../../emitter/connection/connection-pool.ts';
import { IDLE_LIMIT_MS } from '../../../emitter/connection/idle-limit.ts';
import { OwnEndpoints } from '../../../emitter/connection/own-endpoints.ts';
import { poolTo } from '../../support/emitter/pool.ts';
import { GET_REQUEST, request } from '../../support/emitter/prepared-request.ts';
import { answer, type ScriptServer, type SeenRequest, serve, serveRaw } from '../../support/emitter/script-server.ts';
import { SmallLane } from '../../support/emitter/small-lane.ts';

/** A pool on a clock that stands still unless a test moves it. */
class Bench {
  now = 1_000_000;
  readonly own = new OwnEndpoints();
  readonly server: ScriptServer;
  readonly lane: SmallLane;

  constructor(server: ScriptServer, options: Partial<ConnectionPoolOptions>) {
    this.server = server;
    const clock = { now: () => 0, monotonic: () => this.now };
    this.lane = new SmallLane(
      (handler) => poolTo(server.port, handler, { timeoutMs: 2_000, ...options }, { clock, ownEndpoints: this.own }),
      clock.monotonic,
    );
  }

  get statistics() {
    return this.lane.sender.statistics();
  }

  passes(milliseconds: number): void {
    this.now += milliseconds * 1000;
  }
}

async function withPool(
  target: ((request: SeenRequest) => void) | ScriptServer,
  options: Partial<ConnectionPoolOptions>,
  use: (bench: Bench) => Promise<void>,
): Promise<void> {
  const server = typeof target === 'function' ? await serve(target) : target;
  const bench = new Bench(server, options);
  try {
    await use(bench);
  } finally {
    await bench.lane.sender.close();
    await server.close();
  }
}

const ok = ({ socket }: SeenRequest): void => {
  socket.write(answer(200));
};

test('connections grow with what is sent at once, to the bound, and the rest waits', async () => {
  const held: SeenRequest[] = [];
  const target = (seen: SeenRequest): void => {
    held.push(seen);
    if (held.length === 3) for (const { socket } of held) socket.write(answer(200));
    if (held.length > 3) seen.socket.write(answer(200));
  };
  await withPool(target, { maxConnections: 3 }, async ({ lane, server }) => {
    lane.sendAll(new Array<PreparedRequest>(10).fill(GET_REQUEST));
    await lane.settled(10);
    expect(server.connections()).toBe(3);
    expect(lane.sender.statistics()).toMatchObject({ open: 3, peak: 3, opened: 3, inFlight: 0 });
  });
});

test('one after the other needs one connection, however many were opened ahead', async () => {
  const used = new Set<Socket>();
  const target = (seen: SeenRequest): void => {
    used.add(seen.socket);
    ok(seen);
  };
  await withPool(target, { maxConnections: 8 }, async ({ lane, server }) => {
    await lane.sender.warm(4);
    for (let index = 1; index <= 20; index++) {
      lane.send(GET_REQUEST);
      await lane.settled(index);
    }
    expect(server.connections()).toBe(4);
    expect(used.size).toBe(1);
  });
});

test('an idle connection is closed before the peer would, and the next send opens another', async () => {
  let socket: Socket | undefined;
  const target = (seen: SeenRequest): void => {
    socket = seen.socket;
    ok(seen);
  };
  await withPool(target, {}, async (bench) => {
    const { lane, server } = bench;
    lane.send(GET_REQUEST);
    await lane.settled(1);
    const closed = once(socket as Socket, 'close');
    bench.passes(IDLE_LIMIT_MS + 1);
    await closed;
    expect(bench.statistics).toMatchObject({ open: 0, closedIdle: 1, closedByPeer: 0 });
    lane.send(GET_REQUEST);
    await lane.settled(2);
    expect(lane.outcomes).toEqual(['200', '200']);
    expect(server.connections()).toBe(2);
  });
});

test('a peer that closes idle connections early is learned from', async () => {
  const sockets: Socket[] = [];
  const target = (seen: SeenRequest): void => {
    sockets.push(seen.socket);
    ok(seen);
  };
  await withPool(target, { maxConnections: 2 }, async (bench) => {
    const { lane } = bench;
    lane.send(GET_REQUEST);
    await lane.settled(1);
    bench.passes(2_000);
    (sockets[0] as Socket).end();
    await once(sockets[0] as Socket, 'close');
    expect(bench.statistics).toMatchObject({ open: 0, closedByPeer: 1, closedIdle: 0 });
    lane.send(GET_REQUEST);
    await lane.settled(2);
    const closed = once(sockets[1] as Socket, 'close');
    bench.passes(1_700);
    await closed;
    expect(bench.statistics).toMatchObject({ open: 0, closedByPeer: 1, closedIdle: 1 });
  });
});

test('an answer that does not come in time fails as timeout, and its connection is replaced', async () => {
  let asked: () => void = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const target = (seen: SeenRequest): void => {
    if (seen.index > 0) ok(seen);
    else asked();
  };
  await withPool(target, { maxConnections: 1 }, async (bench) => {
    const { lane } = bench;
    lane.send(GET_REQUEST);
    lane.send(GET_REQUEST);
    await arrived;
    bench.passes(2_001);
    await lane.settled(2);
    expect(lane.outcomes).toEqual(['failed: timeout', '200']);
  });
});

test('connections of another wire give way at the bound, the longest idle first', async () => {
  const head = (type: number): Buffer => Buffer.from([0x80, 1, 0, type, 0, 0, 0, 1, 0x70]);
  const pong = serveRaw((socket) => {
    socket.on('data', (bytes: Buffer) => {
      if (bytes.includes('GET')) socket.write(answer(200));
      else socket.write(Buffer.concat([head(2), bytes.subarray(9, 14)]));
    });
  });
  const call = request(Buffer.concat([head(1), Buffer.from([0, 0, 0, 1, 0])]), {
    protocol: 'thrift',
    wire: 'thrift unframed binary',
    sequence: { recorded: 1, places: [{ offset: 9, byteCount: 4, form: 'i32' }] },
  });
  await withPool(await pong, { maxConnections: 2 }, async (bench) => {
    const { lane, server } = bench;
    lane.sendAll([GET_REQUEST, GET_REQUEST]);
    await lane.settled(2);
    bench.passes(10);
    lane.send(call);
    await lane.settled(3);
    expect(bench.statistics).toMatchObject({ open: 2, closedIdle: 1, peak: 2 });
    lane.send(GET_REQUEST);
    await lane.settled(4);
    expect(server.connections()).toBe(3);
    // All at once, so that connections are asked for what they do not speak.
    lane.sendAll([call, GET_REQUEST, call, GET_REQUEST, call, call, GET_REQUEST, GET_REQUEST]);
    await lane.settled(12);
    expect(lane.counts()).toEqual({ 200: 7, reply: 5 });
    expect(bench.statistics).toMatchObject({ inFlight: 0 });
    expect(bench.statistics.peak).toBeLessThanOrEqual(2);
  });
});

test.each([
  { retry: true, repeatable: true, outcome: '200', attempts: 2 },
  { retry: false, repeatable: true, outcome: 'failed: connection-closed', attempts: 1 },
  { retry: true, repeatable: false, outcome: 'failed: connection-closed', attempts: 1 },
])('an idle connection closed under a request: %o', async ({ retry, repeatable, outcome, attempts }) => {
  const target = (seen: SeenRequest): void => {
    if (seen.index === 1) seen.socket.end();
    else ok(seen);
  };
  await withPool(target, { retry }, async (bench) => {
    const { lane } = bench;
    lane.send(GET_REQUEST);
    await lane.settled(1);
    const send = lane.send({ ...GET_REQUEST, repeatable });
    await lane.settled(2);
    expect(lane.outcomes[1]).toBe(outcome);
    expect(send.attempts).toBe(attempts);
    expect(bench.statistics.retried).toBe(attempts - 1);
  });
});

test('nothing goes a third time, and nothing again of which an answer byte came', async () => {
  const target = (seen: SeenRequest): void => {
    const { socket, index } = seen;
    if (index === 0 || index === 3) ok(seen);
    else if (index < 3) socket.end();
    else socket.end('HTTP/1.1 2');
  };
  await withPool(target, { retry: true, maxConnections: 1 }, async (bench) => {
    const { lane, server } = bench;
    for (let count = 1; count <= 4; count++) {
      lane.send(GET_REQUEST);
      await lane.settled(count);
    }
    expect(lane.outcomes).toEqual(['200', 'failed: connection-closed', '200', 'failed: connection-closed']);
    expect(server.heads).toHaveLength(5);
    expect(bench.statistics.retried).toBe(1);
  });
});

test('what comes behind an answer without being asked for is not the answer to the next request', async () => {
  const target = ({ socket }: SeenRequest): void => {
    socket.write(answer(200) + answer(500));
  };
  await withPool(target, { maxConnections: 1 }, async ({ lane, server }) => {
    lane.sendAll([GET_REQUEST, GET_REQUEST, GET_REQUEST]);
    await lane.settled(3);
    expect(lane.counts()).toEqual({ 200: 3 });
    expect(server.connections()).toBeGreaterThanOrEqual(3);
  });
});

test('a word to an idle connection closes it, and no send pays for it', async () => {
  let socket: Socket | undefined;
  const target = (seen: SeenRequest): void => {
    socket = seen.socket;
    ok(seen);
  };
  await withPool(target, { maxConnections: 1 }, async ({ lane }) => {
    lane.send(GET_REQUEST);
    await lane.settled(1);
    socket?.write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n');
    await once(socket as Socket, 'close');
    lane.send(GET_REQUEST);
    await lane.settled(2);
    expect(lane.outcomes).toEqual(['200', '200']);
  });
});

test('a peer that closes behind its answers without a word: few sends meet that, though none is sent again', async () => {
  const target = ({ socket }: SeenRequest): void => {
    socket.end(answer(200));
  };
  await withPool(target, { maxConnections: 4 }, async ({ lane, server }) => {
    lane.sendAll(new Array<PreparedRequest>(200).fill(GET_REQUEST));
    await lane.settled(200);
    const { 200: answered = 0, ...failed } = lane.counts();
    expect(answered).toBeGreaterThanOrEqual(190);
    expect(Object.keys(failed)).not.toContain('failed: timeout');
    expect(lane.settledSends.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(server.connections()).toBeGreaterThanOrEqual(answered);
  });
});

test('connections of a peer that closes no more behind its answers are used again at once', async () => {
  let closes = true;
  const target = ({ socket }: SeenRequest): void => {
    if (closes) socket.end(answer(200));
    else socket.write(answer(200));
  };
  await withPool(target, { maxConnections: 2 }, async ({ lane, server }) => {
    lane.sendAll(new Array<PreparedRequest>(40).fill(GET_REQUEST));
    await lane.settled(40);
    closes = false;
    lane.sendAll(new Array<PreparedRequest>(40).fill(GET_REQUEST));
    await lane.settled(80);
    const opened = server.connections();
    lane.sendAll(new Array<PreparedRequest>(500).fill(GET_REQUEST));
    await lane.settled(580);
    expect(server.connections()).toBe(opened);
    expect(lane.outcomes.slice(40).every((outcome) => outcome === '200')).toBe(true);
  });
});

test('pipelined requests share a connection, and each gets the answer of its place', async () => {
  const held: SeenRequest[] = [];
  const target = (seen: SeenRequest): void => {
    held.push(seen);
    if (held.length === 6) seen.socket.write(held.map(({ index }) => answer(400 + index)).join(''));
  };
  await withPool(target, { maxConnections: 1, pipelining: 6 }, async (bench) => {
    const { lane, server } = bench;
    await lane.sender.warm(1);
    const sends = lane.sendAll(new Array<PreparedRequest>(6).fill(GET_REQUEST));
    expect(lane.waiting).toBe(0);
    await lane.settled(6);
    expect(sends.map((send) => send.answer)).toEqual(['400', '401', '402', '403', '404', '405']);
    expect(server.connections()).toBe(1);
  });
});

test('when a pipelined connection breaks, each of its sends has an outcome', async () => {
  const target = ({ socket, index }: SeenRequest): void => {
    if (index % 4 === 0) socket.write(answer(200));
    if (index % 4 === 1) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab');
  };
  await withPool(target, { maxConnections: 2, pipelining: 4 }, async (bench) => {
    const { lane } = bench;
    lane.sendAll(new Array<PreparedRequest>(40).fill(GET_REQUEST));
    await lane.settled(40);
    const { 200: answered = 0, 'failed: connection-closed': closed = 0 } = lane.counts();
    expect(answered + closed).toBe(40);
    expect(answered).toBeGreaterThan(0);
    expect(bench.statistics.inFlight).toBe(0);
  });
});

test('a target that does not read gets no more than its connections hold', async () => {
  const large = request(Buffer.alloc(1024 * 1024, 'x'));
  const server = await serveRaw((socket) => socket.pause());
  await withPool(server, { maxConnections: 1, pipelining: 64 }, async (bench) => {
    const { lane } = bench;
    await lane.sender.warm(1);
    lane.sendAll(new Array<PreparedRequest>(64).fill(large));
    expect(lane.waiting).toBeGreaterThan(32);
    expect(bench.statistics.inFlight + lane.waiting).toBe(64);
    await lane.sender.close();
    expect(lane.counts()).toEqual({ 'failed: timeout': 64 - lane.waiting });
  });
});

test('the ends of connections are known while they are open, and for a while after', async () => {
  let from: Socket | undefined;
  const target = (seen: SeenRequest): void => {
    from = seen.socket;
    ok(seen);
  };
  await withPool(target, {}, async ({ lane, own, server }) => {
    lane.send(GET_REQUEST);
    await lane.settled(1);
    const endpoint = { address: from?.remoteAddress ?? '', port: from?.remotePort ?? 0 };
    expect(own.has(endpoint)).toBe(true);
    expect(own.has({ address: '127.0.0.2', port: endpoint.port })).toBe(false);
    expect(own.has({ address: '127.0.0.1', port: server.port })).toBe(false);
    await lane.sender.close();
    expect(own.has(endpoint)).toBe(true);
  });
});

test('after close everything in flight has an outcome', async () => {
  await withPool(
    () => {},
    { maxConnections: 2 },
    async (bench) => {
      const { lane } = bench;
      await lane.sender.warm(2);
      lane.sendAll(new Array<PreparedRequest>(5).fill(GET_REQUEST));
      await lane.sender.close();
      expect(lane.counts()).toEqual({ 'failed: timeout': 2 });
      expect(bench.statistics).toMatchObject({ inFlight: 0, open: 0 });
    },
  );
});
