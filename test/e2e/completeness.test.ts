/** How complete a run was: one line above the ledger, in JSON, in a file by flow and second, and as an exit code. */

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { run, start } from '../support/cli/bytecopy.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { freePort, startNginx } from '../support/servers/nginx.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890';
const TLS = Buffer.from('16030100a5010000a10303', 'hex');

describeWith(['build'], 'completeness', () => {
  let folder: string;
  let whole: string;
  let lossy: string;
  let encrypted: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-complete-'));
    whole = await file('whole.pcap', conversation().handshake().client('GET /a HTTP/1.1\r\n\r\n').server(OK).close());
    lossy = await file(
      'lossy.pcap',
      conversation()
        .handshake()
        .client('GET /a HTTP/1.1\r\n\r\n')
        .server(OK.slice(0, -10))
        .unseen('server', '1234567890')
        .client('GET /b HTTP/1.1\r\n\r\n')
        .close(),
    );
    encrypted = await file('tls.pcap', conversation().handshake().client(TLS).close());
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function file(name: string, talk: ReturnType<typeof conversation>): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, talk.pcap());
    return path;
  }

  testWith([], 'stands above the ledger in one line, and in JSON', async () => {
    const line = /^completeness 33\.33 %: 1 of 3 exchanges whole; 1 lone, 1 broken; 10 gap bytes\n/m;
    const parsed = await run(['parse', '--summary', whole, lossy]);
    expect(parsed.stdout).toMatch(line);
    expect(parsed.stdout.indexOf('completeness')).toBeLessThan(parsed.stdout.indexOf('ledger:'));
    expect((await run(['parse', whole, lossy])).stderr).toMatch(line);
    const store = join(folder, 'store');
    expect((await run(['import', whole, lossy, '--store', store])).stdout).toMatch(line);
    const captured = await run(['capture', '--from', lossy, '--store', store, '--json']);
    expect(JSON.parse(captured.stdout).completeness).toMatchObject({ ratio: 0, exchanges: 2, lone: 1, broken: 1 });
    const nothing = await run(['parse', '--summary', '--json', encrypted]);
    expect(JSON.parse(nothing.stdout).completeness).toMatchObject({ ratio: null, notParsed: { tls: 1 } });
  });

  testWith([], 'that is required and reached: 0; missed: 3, with what is missing', async () => {
    const store = ['--store', join(folder, 'store')];
    expect((await run(['parse', whole, '--require-completeness', '100%'])).code).toBe(0);
    for (const command of [
      ['parse', lossy],
      ['import', lossy, ...store],
      ['capture', '--from', lossy, ...store],
    ]) {
      const missed = await run([...command, '--require-completeness', '99.9%']);
      expect(missed.code, missed.stderr).toBe(3);
      expect(missed.stderr).toContain('99.9 % is required and 0 % was reached: 1 lone and 1 broken of 2 exchanges');
      expect(missed.stderr).toContain('gap bytes: 10 acknowledged');
      expect(missed.stdout + missed.stderr).toContain('every account adds up');
    }
  });

  testWith([], 'of nothing reaches no requirement', async () => {
    const nothing = await run(['parse', encrypted, '--require-completeness', '1%']);
    expect(nothing.code).toBe(3);
    expect(nothing.stderr).toContain('no exchange: 1 flow, all tls');
  });

  testWith([], 'may be required in the config; what cannot be required is wrong usage', async () => {
    const config = join(folder, 'bytecopy.yaml');
    await writeFile(config, 'requireCompleteness: 99.9\n');
    expect((await run(['parse', lossy, '--config', config])).code).toBe(3);
    expect((await run(['parse', lossy, '--config', config, '--require-completeness', '0.001%'])).code).toBe(3);
    expect((await run(['parse', whole, '--config', config])).code).toBe(0);
    await writeFile(config, 'requireCompleteness: 101\n');
    expect((await run(['parse', whole, '--config', config])).code).toBe(2);
    for (const share of ['0%', '101%', 'all', '']) {
      expect((await run(['parse', whole, '--require-completeness', share])).code).toBe(2);
    }
  });

  testWith([], '--ledger writes it flow by flow and second by second; where it cannot, that is said', async () => {
    const path = join(folder, 'ledger.json');
    await run(['parse', '--summary', whole, lossy, '--ledger', path]);
    const ledger = JSON.parse(await readFile(path, 'utf8'));
    expect(ledger).toMatchObject({
      balanced: true,
      completeness: { exchanges: 3 },
      flows: [{ balanced: true }, { balanced: true }],
      seconds: [{ exchanges: { complete: 1, requestOnly: 1, broken: 1 } }],
    });
    const refused = await run(['parse', '--summary', whole, '--ledger', join(folder, 'no', 'such')]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`cannot write the ledger: there is no folder ${join(folder, 'no')}`);
    const late = await run(['parse', '--summary', whole, '--ledger', folder]);
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toContain('is a folder');
  });

  testWith([], 'an input that cannot be read leaves no empty store', async () => {
    const store = join(folder, 'store');
    const notes = join(folder, 'notes.txt');
    await writeFile(notes, 'these are not packets');
    for (const input of [notes, join(folder, 'absent.pcap')]) {
      expect((await run(['import', input, '--store', store])).code).toBeGreaterThan(0);
      expect(existsSync(store)).toBe(false);
    }
    expect((await run(['import', encrypted, '--store', store])).code).toBe(0);
    expect((await run(['find', '', '--store', store])).stderr).toContain('nothing found');
  });

  testWith([], 'a mirror of which the target answers nothing has failed; the capture is kept', async () => {
    const closed = await freePort();
    const store = join(folder, 'store');
    const to = ['--to', `http://127.0.0.1:${closed}`];
    const captured = await run(['capture', '--from', whole, '--store', store, ...to]);
    expect(captured.code, captured.stdout).toBe(1);
    expect(captured.stderr).toContain('nothing was answered by');
    expect((await run(['find', '', '--json', '--store', store])).stdout).toContain('GET /a');
    expect((await run(['mirror', '--from', whole, ...to])).code).toBe(1);
  });

  testWith([], 'a mirror that had nothing to send has not failed', async () => {
    const target = createServer().listen(0, '127.0.0.1');
    const address = await new Promise<{ port: number }>((resolve) =>
      target.once('listening', () => resolve(target.address() as { port: number })),
    );
    try {
      const mirror = await run(['mirror', '--from', encrypted, '--to', `http://127.0.0.1:${address.port}`]);
      expect(mirror.code, mirror.stderr).toBe(0);
    } finally {
      target.close();
    }
  });
});

describeWith(['build', 'capture', 'libpcap', 'nginx'], 'completeness of a live capture', () => {
  testWith([], 'is required at its end, and its ledger adds up by flow and by second', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bytecopy-complete-'));
    const service = await startNginx();
    try {
      const ledger = join(folder, 'ledger.json');
      const flags = ['--ledger', ledger, '--require-completeness', '100%', '--store', join(folder, 'store'), '--json'];
      const capture = start(['capture', '-i', 'lo', '-p', String(service.port), ...flags]);
      await capture.says('capturing');
      await pacedLoad({ port: service.port, ratePerSecond: 200, requests: 300, keepAlive: false });
      const ended = await capture.interrupt();
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout).completeness).toMatchObject({ ratio: 1, complete: 300, kernelDrops: 0 });
      const { accounts, flows, seconds } = JSON.parse(await readFile(ledger, 'utf8'));
      const sum = (counts: readonly number[]) => counts.reduce((one, other) => one + other, 0);
      expect(flows.length).toBe(300);
      expect(flows.filter(({ balanced }: { balanced: boolean }) => !balanced)).toEqual([]);
      expect(sum(seconds.map(({ packets }: { packets: number }) => packets))).toBe(accounts.packets.in);
      expect(sum(seconds.map(({ exchanges }: { exchanges: { complete: number } }) => exchanges.complete))).toBe(300);
    } finally {
      await service.stop();
      await rm(folder, { recursive: true });
    }
  });
});
