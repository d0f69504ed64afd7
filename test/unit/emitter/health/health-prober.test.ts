import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../../../core/index.ts';
import { OwnEndpoints } from '../../../../emitter/connection/own-endpoints.ts';
import { HealthProber } from '../../../../emitter/health/health-prober.ts';
import { type HealthInput, healthSchema } from '../../../../emitter/health/options.ts';
import { answer, type ScriptServer, serve, serveRaw } from '../../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../../support/emitter/system-clock.ts';

const HTTP = { kind: 'http', path: '/up' } as const;

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

function opened<Server extends { close(): Promise<unknown> }>(server: Server): Server {
  open.unshift(server);
  return server;
}

function prober(options: HealthInput = {}, clock: Clock = SYSTEM_CLOCK): HealthProber {
  const checked = healthSchema.parse({ intervalMs: 250, timeoutMs: 250, ...options });
  const made = new HealthProber({ ...checked, check: HTTP }, { clock, ownEndpoints: new OwnEndpoints() });
  open.unshift({ close: async () => made.stop() });
  return made;
}

function at(port: number) {
  return { endpoint: { address: '127.0.0.1', port }, authority: 'shop.example', runId: 'run-7', tls: undefined };
}

/** Notes what it is told, and says when there is enough of it. */
class Listener {
  readonly told: string[] = [];
  readonly enough: Promise<void>;
  #resolve: () => void = () => {};
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
    this.enough = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  checked(ok: boolean, _now: number, why?: string): void {
    this.told.push(ok ? 'good' : `bad ${why}`);
    if (this.told.length >= this.#count) this.#resolve();
  }
}

/** Answers each request with that status. */
async function answering(status: number): Promise<ScriptServer> {
  return opened(await serve(({ socket }) => socket.write(answer(status))));
}

test('each target is told of its own checks, one connection a check, with the marker', async () => {
  const [well, ill] = [await answering(200), await answering(503)];
  const [a, b] = [new Listener(3), new Listener(3)];
  const checks = prober();
  checks.add('a', at(well.port), a);
  checks.add('b', at(ill.port), b);
  checks.start();
  checks.start();
  await Promise.all([a.enough, b.enough]);
  checks.stop();
  expect(a.told.slice(0, 3)).toEqual(['good', 'good', 'good']);
  expect(b.told.slice(0, 3)).toEqual(['bad 503', 'bad 503', 'bad 503']);
  expect(well.connections()).toBeGreaterThanOrEqual(a.told.length);
  expect(well.connections()).toBeLessThanOrEqual(a.told.length + 1);
  expect(well.heads[0]).toContain('x-bytecopy-replay: run-7\r\n');
});

test('one that is silent is bad after the time-out, again and again, and holds up no other', async () => {
  const silent = opened(await serveRaw(() => {}));
  const well = await answering(200);
  const [a, b] = [new Listener(2), new Listener(2)];
  const checks = prober({ timeoutMs: 200 });
  checks.add('a', at(silent.port), a);
  checks.add('b', at(well.port), b);
  checks.start();
  await Promise.all([a.enough, b.enough]);
  expect(a.told.slice(0, 2)).toEqual(['bad no answer within 200 ms', 'bad no answer within 200 ms']);
  expect(b.told.slice(0, 2)).toEqual(['good', 'good']);
});

test('a target is not asked again while it is asked, however late its answer', async () => {
  const silent = opened(await serveRaw(() => {}));
  let reads = 0;
  let seen = (): void => {};
  const manyTurns = new Promise<void>((resolve) => {
    seen = resolve;
  });
  // Time flies: each look at it is another interval.
  const monotonic = (): number => {
    reads++;
    if (reads === 200) seen();
    return reads * 10_000;
  };
  const checks = prober(
    { intervalMs: 10_000, timeoutMs: 10_000 },
    { now: monotonic, monotonic: () => monotonic() * 1_000 },
  );
  checks.add('a', at(silent.port), new Listener(1));
  checks.start();
  await manyTurns;
  expect(silent.connections()).toBeLessThanOrEqual(1);
});

test('stopped, it tells nothing more and leaves no connection', async () => {
  const told = new Listener(1);
  let closed: Promise<unknown> = Promise.resolve();
  let asked = (): void => {};
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = opened(
    await serve(({ socket }) => {
      closed = once(socket, 'close');
      checks.stop();
      checks.stop();
      asked();
    }),
  );
  const checks = prober({ intervalMs: 10_000, timeoutMs: 10_000 });
  checks.add('a', at(server.port), told);
  checks.start();
  await wasAsked;
  await closed;
  expect([told.told, server.open()]).toEqual([[], 0]);
});

test('targets come and go while it runs', async () => {
  const server = await answering(200);
  const checks = prober();
  checks.start();
  const [a, b] = [new Listener(2), new Listener(3)];
  checks.add('a', at(server.port), a);
  checks.add('a', at(server.port), new Listener(1));
  await a.enough;
  checks.remove('a');
  checks.remove('a');
  const before = a.told.length;
  checks.add('b', at(server.port), b);
  await b.enough;
  expect(a.told).toHaveLength(before);
});

test('the budget is as many intervals as bad checks, and a time-out', () => {
  expect(prober({ intervalMs: 1_000, timeoutMs: 500, fall: 3 }).budgetMs).toBe(3_500);
});
