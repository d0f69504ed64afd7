import { expect, test } from 'vitest';
import { type Exchange, Ledger, type RequestReady } from '../../../core/index.ts';
import { Mirror, type MirrorDeps, type MirrorOptions } from '../../../emitter/index.ts';
import { exchange, get, RECORDED_FLOW } from '../../support/emitter/recording.ts';
import { answer, type ScriptServer, type SeenRequest, serve } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';

const ok = ({ socket }: SeenRequest): void => {
  socket.write(answer(200));
};

interface Mirrored {
  readonly server: ScriptServer;
  readonly mirror: Mirror;
  readonly ledger: Ledger;
}

async function mirrored(
  use: (mirrored: Mirrored) => Promise<void>,
  options: Partial<MirrorOptions> = {},
  deps: Partial<MirrorDeps> = {},
  act = ok,
): Promise<void> {
  const server = await serve(act);
  const ledger = new Ledger();
  const mirror = new Mirror(
    { target: server.url, runId: 'mirror-1', writes: 'skip', ...options },
    { clock: SYSTEM_CLOCK, ledger, ...deps },
  );
  try {
    await mirror.start();
    await use({ server, mirror, ledger });
    expect(ledger.report().balanced).toBe(true);
  } finally {
    await server.close();
  }
}

function ready(of: Exchange): RequestReady {
  if (of.request === undefined) throw new Error('a lone response is never ready');
  return { ...of, request: of.request };
}

test('what is offered goes on at once, marked, without waiting for answers', async () => {
  const held: SeenRequest[] = [];
  await mirrored(
    async ({ server, mirror }) => {
      for (let index = 0; index < 20; index++) mirror.offer(ready(exchange(get(index), { index })));
      const drained = mirror.drain();
      const report = await drained;
      expect(report.answered).toBe(20);
      expect(server.heads.every((head) => head.includes('x-bytecopy-replay: mirror-1'))).toBe(true);
      expect(held).toHaveLength(20);
    },
    {},
    {},
    (request) => {
      held.push(request);
      if (held.length === 20) for (const { socket } of held) socket.write(answer(200));
    },
  );
});

test('filters, samples and the marker leave requests out by name', () =>
  mirrored(
    async ({ mirror, ledger }) => {
      mirror.offer(ready(exchange(get(1))));
      mirror.offer(ready(exchange('GET /health HTTP/1.1\r\nHost: a\r\n\r\n')));
      mirror.offer(ready(exchange('GET /x HTTP/1.1\r\nHost: a\r\nX-Bytecopy-Replay: other\r\n\r\n')));
      mirror.offer(ready(exchange('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')));
      const report = await mirror.drain();
      mirror.offer(ready(exchange(get(2))));
      expect(report).toMatchObject({ due: 2, answered: 1, notSent: { 'write-not-allowed': 1 }, balanced: true });
      expect(ledger.account('requests offered', 'taken').report()).toMatchObject({
        in: 5,
        out: { taken: 2 },
        aside: { 'left out': { filtered: 1, marked: 1, stopped: 1 } },
      });
    },
    {},
    { accepts: (request) => request.path !== '/health' },
  ));

test('a sample takes whole traces, the same ones each time', () =>
  mirrored(
    async ({ server, mirror }) => {
      for (let index = 0; index < 400; index++) {
        const trace = { traceId: `trace-${index % 100}`, spanId: '', parentSpanId: '' };
        mirror.offer(ready(exchange(get(index % 100), { trace })));
      }
      await mirror.drain();
      const paths = server.heads.map((head) => head.split(' ')[1] as string);
      const traces = new Set(paths);
      expect(traces.size).toBeGreaterThan(10);
      expect(traces.size).toBeLessThan(50);
      for (const trace of traces) expect(paths.filter((path) => path === trace)).toHaveLength(4);
    },
    { samplePercent: 25 },
  ));

test('a target that stands still never makes it wait: what does not fit in time is dropped and counted', () =>
  mirrored(
    async ({ server, mirror }) => {
      for (let index = 0; index < 200; index++) mirror.offer(ready(exchange(get(index))));
      const report = await mirror.drain();
      expect(report.failed).toEqual({ timeout: server.heads.length });
      expect(report.notSent).toEqual({ dropped: 200 - server.heads.length });
    },
    { maxConnections: 3, timeoutMs: 100, maxWaitMs: 50 },
    {},
    () => {},
  ));

test('a rate cap lets a tenth of a second through at once and leaves the rest out', () =>
  mirrored(
    async ({ mirror, ledger }) => {
      for (let index = 0; index < 100; index++) mirror.offer(ready(exchange(get(index))));
      const report = await mirror.drain();
      expect(report.due).toBe(3);
      expect(ledger.account('requests offered', 'taken').aside('left out', 'rate-cap')).toBe(97);
    },
    { maxPerSecond: 20, delayMs: 0 },
    { clock: { now: () => 0, monotonic: () => 1_000_000 } },
  ));

test('a mirror whose traffic comes from its own target refuses to go on', async () => {
  const refusals: string[] = [];
  await mirrored(
    async ({ server, mirror }) => {
      const flow = { ...RECORDED_FLOW, server: { address: '127.0.0.1', port: server.port } };
      for (let index = 0; index < 3; index++) mirror.offer(ready(exchange(get(index), { flow })));
      await expect(mirror.drain()).rejects.toMatchObject({ code: 'REPLAY_TARGET_IS_RECORDED' });
      expect(server.heads).toHaveLength(0);
      expect(refusals).toEqual(['REPLAY_TARGET_IS_RECORDED']);
    },
    {},
    { onRefused: (error) => refusals.push(error.code) },
  );
});

test('a slow target gets a connection for each request that waits, without a delay too', async () => {
  const held: SeenRequest[] = [];
  await mirrored(
    async ({ mirror }) => {
      for (let index = 0; index < 40; index++) {
        mirror.offer(ready(exchange(get(index), { index })));
        await new Promise(setImmediate);
      }
      const report = await mirror.drain();
      expect(report).toMatchObject({ answered: 40, notSent: {} });
    },
    { delayMs: 0, maxWaitMs: 1_000 },
    {},
    (request) => {
      held.push(request);
      if (held.length === 40) for (const { socket } of held) socket.write(answer(200));
    },
  );
});

test('copies that a rate cap leaves out while others of their request go are counted as dropped', () =>
  mirrored(
    async ({ mirror }) => {
      mirror.offer(ready(exchange(get(1))));
      const report = await mirror.drain();
      expect(report).toMatchObject({ due: 3, answered: 2, notSent: { dropped: 1 } });
    },
    { times: 3, maxPerSecond: 10 },
  ));
