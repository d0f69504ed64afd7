import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { Send, SendHandler } from '../../../core/index.ts';
import { ConnectionPool, IDLE_LIMIT_MS } from '../../../emitter/connection/connection-pool.ts';
import { newSend } from '../../../emitter/plan/send.ts';
import { get } from '../../support/emitter/recording.ts';
import { answer, type SeenRequest, serve } from '../../support/emitter/script-server.ts';

/** A pool on a clock that a test moves, with a log of what became of its sends. */
class Bench {
  now = 1_000_000;
  readonly outcomes: string[] = [];
  readonly #waiters: (() => void)[] = [];
  readonly pool: ConnectionPool;

  constructor(port: number, maxConnections: number) {
    const tell = (outcome: string): void => {
      this.outcomes.push(outcome);
      for (const wake of this.#waiters.splice(0)) wake();
    };
    const handler: SendHandler = {
      answered: (send: Send) => tell(`answered ${send.status}`),
      failed: (_send, reason) => tell(`failed ${reason}`),
      notSent: (_send, reason) => tell(`not sent ${reason}`),
      next: () => undefined,
    };
    this.pool = new ConnectionPool(
      { endpoint: { address: '127.0.0.1', port }, maxConnections, timeoutMs: 2_000, maxWaitMs: 1_000 },
      { clock: { now: () => 0, monotonic: () => this.now }, handler },
    );
  }

  send(): void {
    const parts = [Buffer.from(get(0))];
    const exchange = { at: 0, flow: '', offset: 0, index: 0 };
    this.pool.send(
      newSend({ exchange, verb: 'GET', parts, byteCount: 1, repeatable: true, recordedStatus: 0 }, 0, this.now),
    );
  }

  async settled(count: number): Promise<void> {
    while (this.outcomes.length < count) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  passes(milliseconds: number): void {
    this.now += milliseconds * 1000;
  }
}

async function withPool(
  act: (request: SeenRequest) => void,
  maxConnections: number,
  use: (bench: Bench, connections: () => number) => Promise<void>,
): Promise<void> {
  const server = await serve(act);
  const bench = new Bench(server.port, maxConnections);
  try {
    await use(bench, server.connections);
  } finally {
    await bench.pool.close();
    await server.close();
  }
}

test('connections grow with what is sent at once, to the bound, and the rest waits', async () => {
  const held: SeenRequest[] = [];
  await withPool(
    (request) => {
      held.push(request);
      if (held.length === 3) for (const { socket } of held) socket.write(answer(200));
      if (held.length > 3) request.socket.write(answer(200));
    },
    3,
    async (bench, connections) => {
      for (let index = 0; index < 10; index++) bench.send();
      expect(bench.pool.free).toBe(0);
      await bench.settled(10);
      expect(connections()).toBe(3);
      expect(bench.pool.statistics()).toMatchObject({ open: 3, peak: 3, opened: 3, inFlight: 0, waiting: 0 });
    },
  );
});

test('one after the other needs one connection, however many were opened ahead', async () => {
  const used = new Set<Socket>();
  await withPool(
    ({ socket }) => {
      used.add(socket);
      socket.write(answer(204, ''));
    },
    8,
    async (bench, connections) => {
      await bench.pool.warm(4);
      for (let index = 1; index <= 20; index++) {
        bench.send();
        await bench.settled(index);
      }
      expect(connections()).toBe(4);
      expect(used.size).toBe(1);
    },
  );
});

test('an idle connection is closed before the peer would, and the next send opens another', async () => {
  let socket: Socket | undefined;
  await withPool(
    (request) => {
      socket = request.socket;
      request.socket.write(answer(200));
    },
    2,
    async (bench, connections) => {
      bench.send();
      await bench.settled(1);
      const closed = once(socket as Socket, 'close');
      bench.passes(IDLE_LIMIT_MS + 1);
      await closed;
      expect(bench.pool.statistics()).toMatchObject({ open: 0, closedIdle: 1, closedByPeer: 0 });
      bench.send();
      await bench.settled(2);
      expect(bench.outcomes).toEqual(['answered 200', 'answered 200']);
      expect(connections()).toBe(2);
    },
  );
});

test('an answer that does not come in time fails as timeout and takes its connection with it', async () => {
  let closed: Promise<unknown> | undefined;
  let asked: () => void = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  await withPool(
    ({ socket }) => {
      closed = once(socket, 'close');
      asked();
    },
    1,
    async (bench) => {
      bench.send();
      bench.send();
      await arrived;
      bench.passes(2_001);
      await bench.settled(2);
      await closed;
      expect(bench.outcomes.sort()).toEqual(['failed timeout', 'not sent dropped']);
    },
  );
});

test('after close everything has an outcome, and what comes then is not sent', async () => {
  await withPool(
    () => {},
    2,
    async (bench) => {
      for (let index = 0; index < 5; index++) bench.send();
      await bench.pool.close();
      bench.send();
      expect(bench.outcomes).toHaveLength(6);
      expect(bench.pool.statistics()).toMatchObject({ inFlight: 0, waiting: 0, open: 0 });
    },
  );
});
