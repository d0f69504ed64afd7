import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { type Exchange, Ledger, type Message, type ReplayResult } from '../../../core/index.ts';
import { Replayer, type ReplayOptions } from '../../../emitter/index.ts';
import { exchange, get, RECORDED_FLOW, recording } from '../../support/emitter/recording.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { answer, type ScriptServer, serve } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';

async function withServer(use: (server: ScriptServer) => Promise<void>): Promise<void> {
  const server = await serve(({ socket }) => socket.write(answer(200)));
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

interface Prepared {
  readonly replayer: Replayer;
  readonly ledger: Ledger;
  readonly results: readonly ReplayResult[];
}

function prepare(server: ScriptServer, options: Partial<ReplayOptions> = {}): Prepared {
  const ledger = new Ledger();
  const results: ReplayResult[] = [];
  const replayer = new Replayer(
    { target: server.url, runId: 'run-1', timing: { kind: 'max' }, maxConnections: 4, ...options },
    { clock: SYSTEM_CLOCK, ledger, onResult: (result) => results.push(result) },
  );
  return { replayer, ledger, results };
}

const POST = 'POST /orders HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n';

async function* onePage(exchanges: readonly Exchange[]) {
  yield await Promise.resolve(exchanges);
}

test('as fast as possible sends everything, in order on one connection', () =>
  withServer(async (server) => {
    const { replayer } = prepare(server, { maxConnections: 1 });
    const report = await reportOf(replayer.run(onePage(recording({ count: 500 }))));
    expect(report.answered).toBe(500);
    expect(server.heads.map((head) => head.split(' ')[1])).toEqual(
      Array.from({ length: 500 }, (_, index) => `/items/${index}`),
    );
    expect(server.connections()).toBe(1);
  }));

test('a run that nobody watches tells how many connections were open all the same', () =>
  withServer(async (server) => {
    const { replayer } = prepare(server);
    const report = await reportOf(replayer.run(onePage(recording({ count: 50 }))));
    expect(report.timeline.connections).toEqual([4]);
  }));

test('what is not whole, not HTTP or not allowed is not sent and counted', () =>
  withServer(async (server) => {
    const { replayer, ledger, results } = prepare(server, { writes: 'skip' });
    const report = await reportOf(
      replayer.run(
        onePage([
          exchange(get(0)),
          exchange(get(1), { message: null }),
          exchange(get(2), { message: { complete: false } }),
          exchange(get(3), { message: { missing: [{ offset: 5, byteCount: 2 }] } }),
          exchange(get(4), { message: { truncated: true, complete: false } }),
          exchange('CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n'),
          exchange('GET /chat HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
          exchange(POST),
        ]),
      ),
    );
    expect(server.heads).toHaveLength(1);
    expect(report.notSent).toEqual({ incomplete: 3, truncated: 1, 'not-supported': 2, 'write-not-allowed': 1 });
    expect(ledger.report().balanced).toBe(true);
    expect(results.map((result) => result.outcome).sort()[0]).toBe('answered');
    expect(results).toHaveLength(8);
  }));

test('times 3.5 sends three of each and every second one a fourth time', () =>
  withServer(async (server) => {
    const { replayer, results } = prepare(server, { times: 3.5 });
    const report = await reportOf(replayer.run(onePage(recording({ count: 4 }))));
    expect(report.answered).toBe(14);
    const copies = (path: string) => server.heads.filter((head) => head.startsWith(`GET ${path} `)).length;
    expect([0, 1, 2, 3].map((index) => copies(`/items/${index}`))).toEqual([3, 4, 3, 4]);
    expect(results.map((result) => result.copy).sort()).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
  }));

test('a recording loops as often as asked, and a count ends it', () =>
  withServer(async (server) => {
    const looped = await reportOf(prepare(server, { loop: 3 }).replayer.run(() => onePage(recording({ count: 10 }))));
    expect(looped.answered).toBe(30);
    const counted = await reportOf(
      prepare(server, { loop: 'forever', count: 25 }).replayer.run(() => onePage(recording({ count: 10 }))),
    );
    expect(counted.answered).toBe(25);
    await expect(prepare(server, { loop: 2 }).replayer.run(onePage([]))).rejects.toMatchObject({
      code: 'REPLAY_LOOP_NEEDS_REOPENING',
      exitCode: 2,
    });
  }));

test('recorded gaps are kept, divided by the speed', () =>
  withServer(async (server) => {
    const { replayer, results } = prepare(server, { timing: { kind: 'recorded', speed: 10 } });
    await reportOf(replayer.run(onePage(recording({ count: 5, gapMicros: 200_000 }))));
    const due = results.map((result) => result.dueAt).sort((one, other) => one - other);
    expect(due.map((at) => at - (due[0] as number))).toEqual(
      [0, 20_000, 40_000, 60_000, 80_000].map((at) => expect.closeTo(at, -1)),
    );
    expect(results.every((result) => result.sentAt >= result.dueAt)).toBe(true);
  }));

test('the recorded server itself is refused before anything goes there, by address and by name', () =>
  withServer(async (server) => {
    const flow = { ...RECORDED_FLOW, server: { address: '127.0.0.1', port: server.port } };
    const byAddress = prepare(server).replayer.run(onePage([exchange(get(0), { flow })]));
    await expect(byAddress).rejects.toMatchObject({ code: 'REPLAY_TARGET_IS_RECORDED', exitCode: 2 });
    const named = exchange(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    await expect(prepare(server).replayer.run(onePage([named]))).rejects.toMatchObject({
      code: 'REPLAY_TARGET_IS_RECORDED',
    });
    expect(server.heads).toHaveLength(0);
    const allowed = await reportOf(prepare(server, { allowTarget: true }).replayer.run(onePage([named])));
    expect(allowed.answered).toBe(1);
  }));

test('a write about which nothing was said ends the run', () =>
  withServer(async (server) => {
    const { replayer, ledger } = prepare(server);
    await expect(replayer.run(onePage([exchange(POST)]))).rejects.toMatchObject({
      code: 'REPLAY_WRITES_UNDECIDED',
      exitCode: 2,
    });
    expect(server.heads).toHaveLength(0);
    expect(ledger.report().balanced).toBe(true);
    expect(
      (await reportOf(prepare(server, { writes: 'allow' }).replayer.run(onePage([exchange(POST)])))).answered,
    ).toBe(1);
  }));

test('a recording that breaks off ends the run with its own error, after what was planned', () =>
  withServer(async (server) => {
    const { replayer, ledger } = prepare(server);
    const broken = new Error('the file ends here');
    const source = {
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve(recording({ count: 3 }));
        throw broken;
      },
    };
    await expect(replayer.run(source)).rejects.toBe(broken);
    expect(ledger.report().balanced).toBe(true);
    expect(ledger.account('sends', 'answered').held).toBe(0);
  }));

test('stop leaves what is due later unsent and uncounted, and the sum still adds up', async () => {
  let replayer: Replayer | undefined;
  const server = await serve(({ socket, index }) => {
    socket.write(answer(200));
    if (index === 9) replayer?.stop();
  });
  try {
    const prepared = prepare(server, { timing: { kind: 'rate', perSecond: 500 } });
    replayer = prepared.replayer;
    const report = await reportOf(replayer.run(onePage(recording({ count: 1_000 }))));
    expect(report.answered).toBeGreaterThanOrEqual(10);
    expect(report.due).toBeLessThan(900);
    expect(report.answered + (report.notSent.stopped ?? 0)).toBe(report.due);
    expect(prepared.ledger.report().balanced).toBe(true);
  } finally {
    await server.close();
  }
});

test.each([{ kind: 'rate', perSecond: 500 }, { kind: 'max' }] as const)(
  'writes that are left out count no further than a run comes that is stopped: $kind',
  async (timing) => {
    let replayer: Replayer | undefined;
    const server = await serve(({ socket, index }) => {
      socket.write(answer(200));
      if (index === 9) replayer?.stop();
    });
    try {
      const prepared = prepare(server, { timing, writes: 'skip', maxConnections: 1 });
      replayer = prepared.replayer;
      const bytes = (index: number) => (index % 2 === 0 ? get(index) : POST);
      const report = await reportOf(replayer.run(onePage(recording({ count: 2_000, bytes }))));
      const reads = report.due - (report.notSent['write-not-allowed'] ?? 0);
      expect(report.notSent['write-not-allowed']).toBeGreaterThanOrEqual(9);
      expect(Math.abs(reads - (report.notSent['write-not-allowed'] ?? 0))).toBeLessThanOrEqual(2);
      expect(reads).toBeLessThan(900);
      expect(prepared.ledger.report().balanced).toBe(true);
      expect(prepared.results).toHaveLength(report.due);
    } finally {
      await server.close();
    }
  },
);

test('Connection: close, Host and headers are changed as declared, and nothing else', () =>
  withServer(async (server) => {
    const { replayer } = prepare(server, {
      host: 'target',
      setHeaders: [['X-Env', 'test']],
      removeHeaders: ['cookie'],
      maxConnections: 1,
    });
    const sent =
      'GET /a?b=c HTTP/1.1\r\nhost: shop.example\r\nCookie: s=1\r\nconnection: Close\r\nACCEPT:  */*\r\n\r\n';
    await reportOf(replayer.run(onePage([exchange(sent), exchange(sent)])));
    expect(server.connections()).toBe(1);
    expect(server.heads[1]).toBe(
      `GET /a?b=c HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\nACCEPT:  */*\r\n` +
        'X-Env: test\r\nx-bytecopy-replay: run-1\r\n\r\n',
    );
  }));

test('progress tells what happened so far', () =>
  withServer(async (server) => {
    const { replayer } = prepare(server);
    expect(replayer.progress()).toMatchObject({ due: 0, answered: 0, connections: 0 });
    await reportOf(replayer.run(onePage(recording({ count: 20 }))));
    expect(replayer.progress()).toMatchObject({
      due: 20,
      answered: 20,
      failed: 0,
      notSent: 0,
      inFlight: 0,
      waiting: 0,
    });
    await expect(replayer.run(onePage([]))).rejects.toThrow('a replayer runs once');
  }));

test('bodies of any size, in parts too, arrive byte by byte as recorded', async () => {
  const bodies = [0, 1, 15_000, 17_000, 900_000].map((byteCount) => Buffer.alloc(byteCount, 'abcdefg'));
  const seen: Buffer[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen[Number(request.url?.slice(1))] = Buffer.concat(chunks);
      response.end('taken');
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  try {
    const exchanges = bodies.map((body, index) => {
      const head = `PUT /${index} HTTP/1.1\r\nHost: shop.example\r\nContent-Length: ${body.length}\r\n\r\n`;
      const recorded = exchange(head, { index });
      const cut = body.length >> 1;
      const parts = [Buffer.concat([Buffer.from(head), body.subarray(0, cut)]), body.subarray(cut)];
      return { ...recorded, request: { ...(recorded.request as Message), parts } };
    });
    const { port } = http.address() as AddressInfo;
    const replayer = new Replayer(
      { target: `http://localhost:${port}`, runId: 'run-1', timing: { kind: 'max' }, writes: 'allow' },
      { clock: SYSTEM_CLOCK, ledger: new Ledger() },
    );
    const report = await reportOf(replayer.run(onePage(exchanges)));
    expect(report.answered).toBe(bodies.length);
    expect(seen.map((body, index) => body.equals(bodies[index] as Buffer))).toEqual(bodies.map(() => true));
  } finally {
    http.close();
    http.closeAllConnections();
  }
});

test('answers that have no body whatever their head says leave the connection in step', async () => {
  const server = await serve(({ head, socket }) => {
    if (head.startsWith('HEAD')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n');
    else socket.write('HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n');
  });
  try {
    const bytes = (index: number): string =>
      `${index % 2 === 0 ? 'HEAD' : 'GET'} / HTTP/1.1\r\nHost: shop.example\r\n\r\n`;
    const { replayer } = prepare(server, { maxConnections: 1 });
    const report = await reportOf(replayer.run(onePage(recording({ count: 10, bytes }))));
    expect(report.answers.answered).toEqual({ 200: 5, 304: 5 });
    expect(server.connections()).toBe(1);
  } finally {
    await server.close();
  }
});

test('as fast as possible ends at its duration, with everything in flight answered', () =>
  withServer(async (server) => {
    const page = recording({ count: 100 });
    const endless = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ value: page, done: false as const }) }),
    };
    const { replayer, ledger } = prepare(server, { durationMs: 100 });
    const report = await reportOf(replayer.run(endless));
    expect(report.answered).toBeGreaterThan(0);
    expect(report.due).toBe(report.answered);
    expect(ledger.report().balanced).toBe(true);
  }));

test('a recording that comes slowly is sent as it comes', () =>
  withServer(async (server) => {
    async function* slowly() {
      for (let index = 0; index < 5; index++) {
        await new Promise((resolve) => setImmediate(resolve));
        yield recording({ count: 1 });
      }
    }
    for (const timing of [
      { kind: 'max' },
      { kind: 'recorded', speed: 1 },
      { kind: 'rate', perSecond: 1_000 },
    ] as const) {
      expect((await reportOf(prepare(server, { timing }).replayer.run(slowly()))).answered).toBe(5);
    }
    expect((await reportOf(prepare(server).replayer.run(onePage([])))).due).toBe(0);
  }));

test('a run that is stopped before its target is found ends', () =>
  withServer(async (server) => {
    const { replayer } = prepare(server, { target: `http://localhost:${server.port}` });
    const running = replayer.run(onePage(recording({ count: 5 })));
    replayer.stop();
    const report = await reportOf(running);
    expect(report).toMatchObject({ due: 0, balanced: true });
    expect(server.heads).toHaveLength(0);
  }));

test('as fast as possible a target that was away for a moment gets all its connections again', async () => {
  const away = async (server: ScriptServer, sockets: readonly Socket[]): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await server.close();
  };
  const sockets: Socket[] = [];
  const first = await serve(({ socket }) => {
    sockets.push(socket);
    if (sockets.length === 8) void away(first, sockets);
  });
  const { replayer } = prepare(first, {
    maxConnections: 8,
    loop: 'forever',
  });
  const running = reportOf(replayer.run(() => onePage(recording({ count: 100 }))));
  // Some attempts fail, more than there were connections.
  await vi.waitFor(() => expect(replayer.progress().failed).toBeGreaterThan(20), { timeout: 10_000 });
  const waiting = new Set<Socket>();
  const second = createRawServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      waiting.add(socket);
      if (waiting.size < 8) return;
      replayer.stop();
      for (const one of waiting) one.write(answer(200));
    });
  });
  second.listen(first.port, '127.0.0.1');
  try {
    const report = await running;
    expect(report.connections.peak).toBe(8);
    expect(waiting.size).toBe(8);
    expect(report).toMatchObject({ answered: 8, balanced: true });
  } finally {
    for (const socket of waiting) socket.destroy();
    second.close();
  }
});

test('a run that is refused for its options leaves no timer behind', () =>
  withServer(async (server) => {
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    const { replayer } = prepare(server, { session: 'nonsense' });
    await expect(replayer.run(onePage([]))).rejects.toMatchObject({ code: 'REPLAY_OPTIONS_INVALID' });
    expect(timers()).toBe(before);
  }));
