/** The main job on real traffic: what nginx logged is what the store holds, and the ledger says so. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { type Finished, jsonLines, type Running, run, start } from '../support/cli/bytecopy.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { witnessPackets } from '../support/load/packet-witness.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';

/** For conditions that hold soon, or never. */
const WAIT = { timeout: 20_000, interval: 100 };

describeWith(['build', 'capture', 'libpcap', 'nginx'], 'capture beside nginx', () => {
  let folder: string;
  let nginx: Nginx;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-e2e-'));
    nginx = await startNginx();
  });
  afterEach(async () => {
    await nginx.stop();
    await rm(folder, { recursive: true });
  });

  async function startCapture(...flags: string[]): Promise<Running> {
    const args = [
      'capture',
      '-i',
      'lo',
      '-p',
      String(nginx.port),
      '--store',
      join(folder, 'store'),
      '--json',
      ...flags,
    ];
    const capture = start(args);
    await capture.says('capturing');
    return capture;
  }

  async function stored(query = ''): Promise<Record<string, unknown>[]> {
    const found = await run(['find', query, '--store', join(folder, 'store'), '--json']);
    expect(found).toMatchObject({ code: 0, stderr: '' });
    return jsonLines(found.stdout);
  }

  for (const keepAlive of [true, false]) {
    const connections = keepAlive ? 'keep-alive connections' : 'a connection a request';
    testWith(
      ['tcpdump'],
      `1,000 requests/s over ${connections}: stored = logged, and the ledger is the wire's`,
      async () => {
        const witness = await witnessPackets(nginx.port, join(folder, 'witness.pcap'));
        const capture = await startCapture();
        await pacedLoad({ port: nginx.port, ratePerSecond: 1_000, requests: 3_000, keepAlive });
        const ended = await capture.interrupt();
        const wire = await witness.stop();
        const logged = (await nginx.lines()).length; // asks nginx itself, so not before the capture has ended
        expect(ended.code, ended.stderr).toBe(0);
        const ledger = ledgerOf(ended);
        expect(ledger.facts['kernel-dropped-packets']).toBe(0);
        expect(ledger.balanced).toBe(true);
        expect(ledger.accounts.packets.in).toBe(wire.packets);
        expect(ledger.accounts['segment bytes'].in).toBe(wire.payloadBytes);
        const exchanges = await stored();
        expect(exchanges.length).toBe(logged);
        expect(exchanges.every(({ outcome }) => outcome === 'paired')).toBe(true);
      },
    );
  }

  testWith([], 'find, show and trace answer from another terminal while the capture runs', async () => {
    const capture = await startCapture();
    const traceId = 'c0ffee00c0ffee00c0ffee00c0ffee00';
    const headers = () => ({ traceparent: `00-${traceId}-00f067aa0ba902b7-01`, authorization: 'Bearer hush' });
    await pacedLoad({ port: nginx.port, ratePerSecond: 200, requests: 20, keepAlive: true, headers });
    let found: Record<string, unknown>[] = [];
    await vi.waitUntil(async () => {
      found = await stored(`trace:${traceId}`);
      return found.length >= 20;
    }, WAIT);
    const shown = await run(['show', String(found[0]?.id), '--store', join(folder, 'store')]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('GET /items/0 HTTP/1.1');
    expect(shown.stdout).not.toContain('hush');
    const tree = await run(['trace', traceId, '--store', join(folder, 'store')]);
    expect(tree.stdout).toContain('GET /items/19');
    expect((await capture.interrupt()).code).toBe(0);
  });

  testWith([], 'searched without pause from another terminal, it loses nothing', async () => {
    const capture = await startCapture();
    const counts: number[] = [];
    let loading = true;
    // On a busy machine a search takes longer than the load: it goes on until there were some.
    const loaded = (async () => {
      for (let round = 0; round < 3 || (counts.length < 3 && round < 60); round++) {
        await pacedLoad({ port: nginx.port, ratePerSecond: 1_000, requests: 1_000, keepAlive: true });
      }
    })().finally(() => {
      loading = false;
    });
    while (loading) counts.push((await stored()).length);
    await loaded;
    const ledger = ledgerOf(await capture.interrupt());
    expect(ledger).toMatchObject({ balanced: true, facts: { 'kernel-dropped-packets': 0 } });
    expect(counts.length).toBeGreaterThan(1);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect((await stored()).length).toBe((await nginx.lines()).length);
  });

  testWith(
    [],
    'a capture killed with -9 keeps what it had flushed, and the next one says what was recovered',
    async () => {
      const capture = await startCapture();
      await pacedLoad({ port: nginx.port, ratePerSecond: 500, requests: 500, keepAlive: true });
      await vi.waitUntil(async () => (await stored()).length >= 500, WAIT);
      capture.process.kill('SIGKILL');
      await capture.finished;
      const reopened = await run(['find', '', '--store', join(folder, 'store'), '--json']);
      expect(reopened.code).toBe(0);
      expect(jsonLines(reopened.stdout).length).toBe(500);
      expect(reopened.stderr).toContain('recovered');
    },
  );

  testWith([], 'the store folder is closed to others', async () => {
    const capture = await startCapture();
    await capture.interrupt();
    expect((await stat(join(folder, 'store'))).mode & 0o777).toBe(0o700);
  });

  testWith([], '--count and --duration end a capture by themselves', async () => {
    const counted = await startCapture('--count', '10');
    await pacedLoad({ port: nginx.port, ratePerSecond: 500, requests: 50, keepAlive: true });
    expect((await counted.finished).code).toBe(0);
    const timed = await startCapture('--duration', '200ms');
    expect((await timed.finished).code).toBe(0);
  });
});

interface LedgerJson {
  readonly balanced: boolean;
  readonly facts: Readonly<Record<string, number>>;
  readonly accounts: Readonly<Record<string, { readonly in: number }>> & {
    readonly packets: { readonly in: number };
    readonly 'segment bytes': { readonly in: number };
  };
}

function ledgerOf(ended: Finished): LedgerJson {
  return JSON.parse(ended.stdout) as LedgerJson;
}
