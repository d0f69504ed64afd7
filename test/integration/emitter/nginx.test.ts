import { expect } from 'vitest';
import { type Exchange, Ledger } from '../../../core/index.ts';
import { Replayer, type ReplayOptions, type ReplayReport } from '../../../emitter/index.ts';
import { recording } from '../../support/emitter/recording.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { testWith } from '../../support/requirements.ts';
import { type Nginx, startNginx } from '../../support/servers/nginx.ts';

async function withNginx(use: (nginx: Nginx) => Promise<void>): Promise<void> {
  const nginx = await startNginx();
  try {
    await use(nginx);
  } finally {
    await nginx.stop();
  }
}

function replay(nginx: Nginx, options: Partial<ReplayOptions>, exchanges: readonly Exchange[]): Promise<ReplayReport> {
  const deps = { clock: SYSTEM_CLOCK, ledger: new Ledger() };
  return reportOf(new Replayer({ target: nginx.url, runId: 'run', ...options }, deps).run(page(exchanges)));
}

async function* page(exchanges: readonly Exchange[]) {
  yield await Promise.resolve(exchanges);
}

testWith(['nginx'], 'nginx answers a kilobyte, stated statuses and large bodies, and logs each request once', () =>
  withNginx(async (nginx) => {
    const small = await fetch(`${nginx.url}/items?x=1`);
    expect((await small.text()).length).toBe(1024);
    expect((await fetch(`${nginx.url}/status/503`)).status).toBe(503);
    expect((await (await fetch(`${nginx.url}/large`)).arrayBuffer()).byteLength).toBe(1024 * 1024);
    expect((await fetch(`${nginx.url}/orders`, { method: 'POST', body: 'order' })).status).toBe(200);
    const lines = await nginx.lines();
    expect(lines.map((line) => line.split('\t').slice(1, 4).join(' '))).toEqual([
      '200 GET /items?x=1',
      '503 GET /status/503',
      '200 GET /large',
      '200 POST /orders',
    ]);
    expect(lines[0]).toMatch(/^\d+\.\d{3}\t/);
  }),
);

testWith(['nginx'], 'a paced replay stands in the access log request by request, over the connections it says', () =>
  withNginx(async (nginx) => {
    const report = await replay(nginx, { timing: { kind: 'rate', perSecond: 2_000 } }, recording({ count: 2_000 }));
    const lines = (await nginx.lines()).map((line) => line.split('\t'));
    expect(report.answered).toBe(2_000);
    expect(lines.map((fields) => fields[3]).sort()).toEqual(
      Array.from({ length: 2_000 }, (_, index) => `/items/${index}`).sort(),
    );
    expect(new Set(lines.map((fields) => fields[5])).size).toBeLessThanOrEqual(report.connections.opened);
  }),
);
