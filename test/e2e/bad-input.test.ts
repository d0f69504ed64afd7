/** One clear error, the right exit code, never a stack trace. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Finished, jsonLines, run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';

describeWith(['build'], 'bad input', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-bad-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  function expectError(ended: Finished, code: number, ...texts: string[]): void {
    for (const text of texts) expect(ended.stderr).toContain(text);
    expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(ended.stderr).not.toContain('unexpected:');
    expect(ended.code).toBe(code);
  }

  async function file(name: string, bytes: Uint8Array | string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  }

  const capture = () =>
    conversation({ client: '10.0.0.1:40000', server: '10.0.0.2:80' })
      .handshake()
      .client('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      .server('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      .close()
      .pcap();

  testWith([], 'a file that is no capture', async () => {
    const path = await file('notes.txt', 'these are not packets, whatever the name says');
    expectError(await run(['parse', path]), 1, path, 'byte 0');
  });

  testWith([], 'a file of no known format was told of captures only', async () => {
    const path = await file('notes.txt', 'these are not packets, whatever the name says');
    const imported = await run(['import', path, '--store', join(folder, 'store')]);
    expectError(imported, 1, path, 'of no known format', 'pcap, pcapng, .gor, HAR, JSON lines or protobuf of export');
  });

  testWith([], 'a truncated capture keeps everything before the cut', async () => {
    const whole = capture();
    const path = await file('cut.pcap', whole.subarray(0, whole.length - 10));
    const ended = await run(['parse', path]);
    expectError(ended, 1, path, 'at byte');
    expect(jsonLines(ended.stdout)).toMatchObject([{ operation: 'GET /', status: 200 }]);
  });

  testWith([], 'an unknown link type', async () => {
    const bytes = Buffer.from(capture());
    bytes.writeUInt32LE(147, 20);
    expectError(await run(['parse', await file('link.pcap', bytes)]), 1, 'link type 147');
  });

  testWith([], 'a missing file', async () => {
    expectError(await run(['parse', join(folder, 'absent.pcap')]), 2, 'absent.pcap');
  });

  testWith([], 'a folder that is not a store', async () => {
    await mkdir(join(folder, 'music'));
    await file('music/song.txt', 'la');
    expectError(await run(['find', '', '--store', join(folder, 'music')]), 2, 'music');
  });

  testWith([], 'an import into what is no store is refused before anything is read', async () => {
    const path = await file('a.pcap', capture());
    const refused = await run(['import', path, '--store', await file('notes.txt', 'la')]);
    expectError(refused, 2, 'notes.txt is not a store');
    expect(refused.stdout).toBe('');
  });

  testWith([], 'a store of a newer version', async () => {
    const path = await file('a.pcap', capture());
    const store = join(folder, 'store');
    expect((await run(['import', path, '--store', store])).code).toBe(0);
    await writeFile(join(store, 'bytecopy.json'), JSON.stringify({ format: 'bytecopy-store', version: 99 }));
    expectError(await run(['find', '', '--store', store]), 2, '99');
  });

  testWith([], 'a store that does not exist', async () => {
    expectError(await run(['find', '', '--store', join(folder, 'nowhere')]), 2, 'nowhere');
  });

  testWith([], 'wrong usage: unknown flag, command, port, query, and a missing choice', async () => {
    expectError(await run(['find', '--frobnicate']), 2, 'frobnicate');
    expectError(await run(['frobnicate']), 2, 'frobnicate');
    expectError(await run(['capture', '-p', 'eighty']), 2, 'eighty');
    expectError(await run(['capture']), 2, '-p');
    expectError(await run(['find', 'color:red', '--store', folder]), 2, 'color');
    expectError(await run(['show', 'nonsense', '--store', folder]), 2, 'nonsense');
    expectError(await run(['mirror', '-p', '8080']), 2, '--to');
  });

  testWith([], 'a config with an unknown key', async () => {
    const path = await file('bytecopy.yaml', 'capture: { interfaces: lo }\n');
    expectError(await run(['find', '', '--config', path]), 2, path, 'interfaces');
  });

  testWith([], 'every broken file of several is named, and the whole ones are kept', async () => {
    const paths = [
      await file('a.txt', 'no packets here'),
      await file('b.pcap', capture()),
      join(folder, 'absent.pcap'),
    ];
    const ended = await run(['parse', ...paths]);
    expectError(ended, 1, 'a.txt', 'absent.pcap');
    expect(jsonLines(ended.stdout)).toMatchObject([{ operation: 'GET /' }]);
  });

  testWith([], 'a span of time that ends before it begins', async () => {
    expectError(await run(['find', '', '--since', '5m', '--until', '15m']), 2, '--since 5m');
  });

  testWith([], 'files of --out and --results on a full disk', async () => {
    const path = await file('a.pcap', capture());
    const captured = await run(['capture', '--from', path, '--store', join(folder, 'store'), '--out', '/dev/full']);
    expectError(captured, 1, 'cannot write /dev/full');
    expect(captured.stdout).toContain('1 = 1 written');
    const replayed = ['replay', '--file', path, '--to', 'http://127.0.0.1:1', '--read-only', '--results', '/dev/full'];
    expectError(await run(replayed, { env: { TMPDIR: folder } }), 1, 'cannot write /dev/full');
    expect(await readdir(folder)).toEqual(['a.pcap', 'store']); // and no store of the replay's own
  });
});
