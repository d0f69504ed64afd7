/** Output that cannot be written, readers that leave, and faults before anything was captured. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { BIN, run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';

describeWith(['build'], 'output', () => {
  let folder: string;
  let capture: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-output-'));
    capture = join(folder, 'a.pcap');
    const talk = conversation().handshake();
    for (let n = 0; n < 2_000; n++) {
      talk.client(`GET /items/${n} HTTP/1.1\r\nHost: a\r\n\r\n`).server('HTTP/1.1 204 No Content\r\n\r\n');
    }
    await writeFile(capture, talk.close().pcap());
  });
  afterEach(() => rm(folder, { recursive: true }));

  const shell = (command: string) =>
    spawnSync('bash', ['-c', command, 'bash', process.execPath, BIN, capture], { encoding: 'utf8' });

  testWith([], 'a full disk behind standard output is said, without a stack trace', () => {
    for (const flags of ['', '--summary']) {
      const ended = shell(`"$1" "$2" parse ${flags} "$3" >/dev/full`);
      expect(ended.stderr).toContain('standard output cannot be written');
      expect(ended.stderr).not.toMatch(/^\s+at /m);
      expect(ended.status).toBe(1);
    }
  });

  testWith([], 'a reader that has seen enough is no error', () => {
    const ended = shell('"$1" "$2" parse "$3" 2>"$3.err" | head -n 1; echo $PIPESTATUS >&2');
    expect(ended.stdout).toContain('GET /items/0');
    expect(ended.stderr.trim()).toBe('0');
  });

  testWith([], 'a target that cannot be used is refused before a store is made', async () => {
    const store = join(folder, 'store');
    const ended = await run(['capture', '-i', 'lo', '-p', '80', '--to', 'nonsense', '--store', store]);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(existsSync(store)).toBe(false);
  });

  testWith(['libpcap'], 'a capture that never began prints its error and no empty ledger', async () => {
    const store = join(folder, 'store');
    const ended = await run(['capture', '-i', 'nosuch0', '-p', '80', '--store', store]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('nosuch0');
    expect(ended.stdout).toBe('');
  });
});
