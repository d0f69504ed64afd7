/** Bodies by the command line: decoded, as sent, and for programs without a store. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterEach, beforeEach, expect } from 'vitest';
import { run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';

describeWith(['build'], 'bodies', () => {
  const text = '{"price":17}';
  const gzip = zlib.gzipSync(text);
  const body = Buffer.concat([Buffer.from(`${gzip.length.toString(16)}\r\n`), gzip, Buffer.from('\r\n0\r\n\r\n')]);
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n';
  let folder: string;
  let capture: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-bodies-'));
    capture = join(folder, 'a.pcap');
    const talk = conversation().handshake();
    talk
      .client('GET /price HTTP/1.1\r\nHost: a\r\nCookie: hush\r\n\r\n')
      .server(Buffer.concat([Buffer.from(head), body]));
    await writeFile(capture, talk.close().pcap());
  });
  afterEach(() => rm(folder, { recursive: true }));

  testWith([], 'parse --full gives them without a store, credentials hidden', async () => {
    const { stdout, code } = await run(['parse', '--full', capture]);
    expect(code).toBe(0);
    expect(stdout).not.toContain('hush');
    expect(JSON.parse(stdout)).toMatchObject({
      operation: 'GET /price',
      response: { head, body: body.toString('base64'), decodedBody: text, codings: ['chunked', 'gzip'] },
    });
    expect((await run(['parse', '--full', '--with-secrets', capture])).stdout).toContain('hush');
  });

  testWith([], 'show prints them decoded, or as sent', async () => {
    const store = join(folder, 'store');
    await run(['import', capture, '--store', store]);
    const found = await run(['find', '', '--json', '--store', store]);
    const { id } = JSON.parse(found.stdout) as { id: string };
    const shown = await run(['show', id, '--store', store]);
    expect(shown.stdout).toContain(`${text}\n… decoded from chunked, gzip; --raw prints it as sent\n`);
    const raw = await run(['show', id, '--raw', '--store', store]);
    expect(raw.stdout).not.toContain(text);
    expect(raw.stdout).toContain('1f 8b');
    const full = await run(['parse', '--full', capture]);
    expect((await run(['show', id, '--json', '--store', store])).stdout).toBe(full.stdout);
  });
});
