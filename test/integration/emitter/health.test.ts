import { afterEach, expect, test } from 'vitest';
import { OwnEndpoints } from '../../../emitter/connection/own-endpoints.ts';
import { HealthGroup } from '../../../emitter/health/health-group.ts';
import { HealthProber } from '../../../emitter/health/health-prober.ts';
import type { HealthState } from '../../../emitter/health/health-state.ts';
import { type HealthInput, healthSchema } from '../../../emitter/health/options.ts';
import type { TargetHealth } from '../../../emitter/health/target-health.ts';
import { answer, serve } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { testWith } from '../../support/requirements.ts';
import { freePort, type Nginx, startNginx } from '../../support/servers/nginx.ts';

const QUICK: HealthInput = { intervalMs: 80, timeoutMs: 80, returnAfterMs: 100, rampMs: 400 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** One target that is watched, as a replay watches it. */
class Watched {
  readonly health: TargetHealth;
  /** As they were told. */
  readonly shares: number[] = [];
  readonly #group: HealthGroup;
  readonly #checks: boolean[] = [];
  #seen: () => void = () => {};

  constructor(port: number, options: HealthInput, path: string) {
    const checked = healthSchema.parse({ ...QUICK, ...options });
    this.#group = new HealthGroup(checked, {
      onShare: (_id, share) => {
        this.shares.push(share);
      },
    });
    this.health = this.#group.add('a', SYSTEM_CLOCK.monotonic());
    const deps = { clock: SYSTEM_CLOCK, ownEndpoints: new OwnEndpoints() };
    const prober = new HealthProber({ ...checked, check: { kind: 'http', path } }, deps);
    const endpoint = { address: '127.0.0.1', port };
    prober.add(
      'a',
      { endpoint, authority: `127.0.0.1:${port}`, runId: 'run', tls: undefined },
      {
        checked: (ok, now, why) => {
          this.#checks.push(ok);
          this.health.checked(ok, now, why);
          this.#group.tick(now);
          this.#seen();
        },
      },
    );
    prober.start();
    cleanups.push(() => prober.stop());
  }

  /** Checks from where this ended last until it is in that state. */
  async until(state: HealthState): Promise<readonly boolean[]> {
    while (this.health.state !== state) {
      await new Promise<void>((resolve) => {
        this.#seen = resolve;
      });
    }
    return this.#checks.splice(0);
  }
}

async function started(port: number): Promise<Nginx> {
  const nginx = await startNginx({ port });
  cleanups.push(() => nginx.stop());
  return nginx;
}

testWith(['nginx'], 'nginx that stops is out by the third bad check, and back after its time, slowly', async () => {
  const port = await freePort();
  const nginx = await started(port);
  const watched = new Watched(port, { check: { kind: 'http', path: '/healthz' } }, '/healthz');
  await nginx.stop();
  const untilDown = await watched.until('down');
  expect(untilDown.slice(-3)).toEqual([false, false, false]);
  expect(watched.health.changes[0]?.why).toMatch(/^3 bad checks in a row: /);
  expect(watched.shares).toEqual([0]);
  await started(port);
  const untilBack = await watched.until('returning');
  expect(untilBack.slice(-2)).toEqual([true, true]);
  await watched.until('up');
  expect(watched.shares.slice(0, 2)).toEqual([0, 0.1]);
  expect(watched.shares).toEqual([...watched.shares].sort((a, b) => a - b));
  expect(watched.shares.at(-1)).toBe(1);
  expect(watched.health.changes.map(({ to }) => to)).toEqual(['down', 'returning', 'up']);
});

test('a server whose health answers 500 is out, and back when it is well', async () => {
  let status = 200;
  const server = await serve(({ socket }) => socket.write(answer(status)));
  cleanups.push(() => server.close());
  const watched = new Watched(server.port, { check: { kind: 'http', path: '/up' } }, '/up');
  status = 500;
  expect((await watched.until('down')).slice(-3)).toEqual([false, false, false]);
  expect(watched.health.changes[0]?.why).toBe('3 bad checks in a row: 500');
  status = 200;
  await watched.until('returning');
  status = 503;
  await watched.until('down');
  status = 200;
  const untilBack = await watched.until('returning');
  expect(untilBack.slice(-30)).toEqual(Array.from({ length: 30 }, () => true));
});
