/** `explain`: why a capture gave what it gave, for people and for programs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describeWith(['build'], 'explain', () => {
  let folder: string;
  let capture: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-explain-'));
    capture = join(folder, 'a.pcap');
    const talk = conversation()
      .handshake()
      .client('GET /lost HTTP/1.1\r\nAuthorization: Bearer hush\r\n\r\n')
      .server('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n1234567890')
      .unseen('server', '1234567890')
      .client('GET /whole HTTP/1.1\r\n\r\n')
      .server(OK)
      .close();
    await writeFile(capture, talk.pcap());
  });
  afterEach(() => rm(folder, { recursive: true }));

  testWith([], 'tells packets, the gap, what it broke and what is whole, without credentials', async () => {
    const told = await run(['explain', capture]);
    expect(told.code, told.stderr).toBe(0);
    expect(told.stdout).toContain('completeness 50 %: 1 of 2 exchanges whole');
    expect(told.stdout).toContain('gap of 10 bytes at 49 (acknowledged): breaks #1');
    expect(told.stdout).toContain('request #2 whole (head): GET /whole HTTP/1.1');
    expect(told.stdout).not.toContain('hush');
    expect(told.stdout).not.toContain('\x1b');
  });

  testWith([], 'the exchange that parse printed is found again by its id, with its packets only', async () => {
    const parsed = jsonLines<{ id: string; path: string }>((await run(['parse', capture])).stdout);
    const id = parsed.find(({ path }) => path === '/whole')?.id ?? '';
    const lines = jsonLines((await run(['explain', capture, '--flow', id, '--json'])).stdout);
    expect(lines.filter(({ kind }) => kind === 'packet').length).toBe(2);
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'exchange', id, matched: true }));
  });

  testWith([], 'by query, text and time; nothing found is said', async () => {
    expect((await run(['explain', capture, '--where', 'path:/whole'])).stdout).toContain('►');
    expect((await run(['explain', capture, '--text', 'GET /whole'])).stdout).toContain('request #2 whole');
    const none = await run(['explain', capture, '--since', '2024-01-01']);
    expect(none).toMatchObject({ code: 0, stderr: 'nothing found\n' });
    const absent = await run(['explain', capture, '--flow', '10.9.9.9:1']);
    expect(absent.code).toBe(1);
    expect(absent.stderr).toContain('10.9.9.9:1');
  });

  testWith([], 'a capture that breaks off is explained up to there', async () => {
    const cut = join(folder, 'cut.pcap');
    await writeFile(
      cut,
      conversation().handshake().client('GET / HTTP/1.1\r\n\r\n').server(OK).close().pcap().subarray(0, -5),
    );
    const told = await run(['explain', cut]);
    expect(told.code).toBe(1);
    expect(told.stdout).toContain('request #1 whole (head): GET / HTTP/1.1');
    expect(told.stderr).toContain(cut);
  });

  testWith([], 'wrong usage is refused', async () => {
    for (const flags of [
      ['--flow', 'nonsense'],
      ['--where', 'color:red'],
      ['--text', ''],
      ['--since', 'yesterday'],
    ]) {
      expect((await run(['explain', capture, ...flags])).code).toBe(2);
    }
    expect((await run(['explain', '-'])).code).toBe(2);
    expect((await run(['explain', join(folder, 'absent.pcap')])).code).toBe(2);
  });
});
