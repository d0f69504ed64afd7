/** Secrets of real traffic: in no file and in no output, and verbatim again for who holds the key. */

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';

/** One in every place that a rule names. */
const SECRETS = {
  bearer: 'BEARERhushhush01',
  cookie: 'COOKIEhushhush02',
  apiKey: 'APIKEYhushhush03',
  query: 'QUERYhushhush004',
  userInfo: 'USERINFOhush0005',
  json: 'JSONhushhush0006',
  form: 'FORMhushhush0007',
  pathParameter: 'PATHhushhush0008',
  setCookie: 'SETCOOKIEhush009',
  answer: 'ANSWERhushhush10',
  gzip: 'GZIPhushhushh011',
} as const;
const ALL = Object.values(SECRETS);
/** Those that the requests carry. */
const ASKED = ALL.slice(0, 8);

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const REQUESTS: readonly Asked[] = [
  {
    url: `/items;jsessionid=${SECRETS.pathParameter}?token=${SECRETS.query}`,
    headers: {
      Authorization: `Bearer ${SECRETS.bearer}`,
      Cookie: `theme=dark; sid=${SECRETS.cookie}`,
      'X-Api-Key': SECRETS.apiKey,
      Referer: `https://ada:${SECRETS.userInfo}@example/`,
      traceparent: '00-c0ffee00c0ffee00c0ffee00c0ffee00-00f067aa0ba902b7-01',
    },
  },
  {
    url: '/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: 'ada', password: SECRETS.json }),
  },
  {
    url: '/form',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: `user=ada&client_secret=${SECRETS.form}`,
  },
];

/** A dozen processes each, on a machine that may be busy. */
const PATIENCE_MS = 180_000;

describeWith(['build'], 'sealing', () => {
  let folder: string;
  let store: string;
  let server: Server;
  let received: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-sealing-'));
    store = join(folder, 'store');
    received = '';
    server = createServer(async (asked, answer) => {
      received += asked.url + JSON.stringify(asked.rawHeaders) + (await text(asked));
      answer.setHeader('Content-Type', 'application/json');
      if (asked.url === '/login') {
        answer.setHeader('Content-Encoding', 'gzip');
        answer.end(gzipSync(JSON.stringify({ refresh_token: SECRETS.gzip })));
        return;
      }
      answer.setHeader('Set-Cookie', `sid=${SECRETS.setCookie}; Path=/`);
      answer.write('{"access_to');
      answer.end(`ken":"${SECRETS.answer}"}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function askAll(): Promise<void> {
    for (const { url: path, headers, body } of REQUESTS) {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
        const asked = request(url() + path, {
          method: body === undefined ? 'GET' : 'POST',
          headers: { ...headers, ...length },
        });
        asked.on('response', resolve).on('error', reject).end(body);
      });
      await text(answer);
    }
  }

  /** The same talk without a network: as a capture file. */
  async function captureFile(): Promise<string> {
    const talk = conversation().handshake();
    for (const { url: path, headers, body = '' } of REQUESTS) {
      const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const verb = body === '' ? 'GET' : 'POST';
      const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
      talk
        .client(`${verb} ${path} HTTP/1.1\r\nHost: shop.example\r\n${fields.join('')}${length}\r\n${body}`)
        .server(`HTTP/1.1 200 OK\r\nSet-Cookie: sid=${SECRETS.setCookie}\r\nContent-Length: 0\r\n\r\n`);
    }
    const path = join(folder, 'talk.pcap');
    await writeFile(path, talk.close().pcap());
    return path;
  }

  async function expectNowhere(outputs: readonly string[]): Promise<void> {
    for (const output of outputs) for (const secret of ALL) expect(output).not.toContain(secret);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.pcap')) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name), 'latin1');
      for (const secret of ALL) expect(bytes.includes(secret), `${secret} in ${entry.name}`).toBe(false);
    }
  }

  async function ids(): Promise<readonly string[]> {
    const found = await run(['find', '', '--json', '--store', store]);
    return jsonLines<{ id: string }>(found.stdout).map(({ id }) => id);
  }

  /** Everything that tells of the store, and the store's bytes unpacked. */
  async function outputs(): Promise<readonly string[]> {
    const told = [
      await run(['find', '', '--store', store]),
      await run(['find', '', '--json', '--store', store]),
      await run(['trace', 'c0ffee00c0ffee00c0ffee00c0ffee00', '--store', store]),
      await run(['export', '--as', 'protobuf', '-o', join(folder, 'all.pb'), '--store', store]),
      await run(['export', '--as', 'har', '-o', join(folder, 'all.har'), '--store', store]),
    ];
    for (const id of await ids()) {
      told.push(await run(['show', id, '--store', store]), await run(['show', id, '--json', '--store', store]));
    }
    for (const { code, stderr } of told) expect(code, stderr).toBe(0);
    return told.flatMap(({ stdout, stderr }) => [stdout, stderr]);
  }

  testWith(
    ['capture', 'libpcap'],
    'a live capture keeps none of them, and a replay with the key sends all of them',
    async () => {
      const { port } = server.address() as AddressInfo;
      const out = join(folder, 'out.jsonl');
      const capture = start(['capture', '-i', 'lo', '-p', String(port), '--store', store, '--out', out]);
      await capture.says('secrets are sealed with key');
      await askAll();
      const ended = await capture.interrupt();
      expect(ended.code, ended.stderr).toBe(0);
      expect(await ids()).toHaveLength(3);
      await expectNowhere([ended.stdout, ended.stderr, ...(await outputs())]);

      received = '';
      const results = ['--results', join(folder, 'results.jsonl'), '--html', join(folder, 'page.html')];
      const flags = ['--allow-writes', '--allow-target', '--qps', 'max', '--workers', '2', ...results];
      const replayed = await run(['replay', '--to', url(), '--store', store, ...flags]);
      expect(replayed.code, replayed.stderr).toBe(0);
      for (const secret of ASKED) expect(received).toContain(secret);
      await expectNowhere([replayed.stdout, replayed.stderr]);
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    'an import keeps none of them, and neither parse nor a dry run shows them',
    async () => {
      const file = await captureFile();
      const imported = await run(['import', file, '--store', store]);
      expect(imported.stdout).toContain('secrets are sealed with key');
      const told = [
        imported,
        await run(['parse', file]),
        await run(['parse', '--full', file]),
        await run(['explain', file]),
        await run([
          'replay',
          '--to',
          url(),
          '--store',
          store,
          '--dry-run',
          '5',
          '--allow-writes',
          '--set-header',
          'A: b',
        ]),
      ];
      for (const { code, stderr } of told) expect(code, stderr).toBe(0);
      await expectNowhere([...told.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...(await outputs())]);
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    'without the key a replay asks for a choice; placeholders go where that is chosen',
    async () => {
      await run(['import', await captureFile(), '--store', store]);
      const other = { env: { BYTECOPY_KEY_FILE: join(folder, 'other', 'keys') } };
      const flags = ['replay', '--to', url(), '--store', store, '--allow-writes', '--qps', 'max'];
      const refused = await run(flags, other);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('--without-secrets');
      expect(received).toBe('');
      const sent = await run([...flags, '--without-secrets'], other);
      expect(sent.code, sent.stderr).toBe(0);
      expect(received).toContain('Bearer ****************');
      for (const secret of ALL) expect(received).not.toContain(secret);
      // A key of the wrong file is no key.
      await run(['key', 'rotate'], other);
      expect((await run(flags, other)).code).toBe(2);
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    'a replay of a file needs no key and leaves nothing behind',
    async () => {
      const other = { env: { BYTECOPY_KEY_FILE: join(folder, 'other', 'keys') } };
      const flags = ['--file', await captureFile(), '--allow-writes', '--qps', 'max'];
      const replayed = await run(['replay', '--to', url(), ...flags], other);
      expect(replayed.code, replayed.stderr).toBe(0);
      for (const secret of ASKED) expect(received).toContain(secret);
      expect(await readdir(folder)).toEqual(['talk.pcap']);
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    '--with-secrets shows them once that is on record, and only then',
    async () => {
      const keys = join(folder, 'own', 'keys');
      const own = { env: { BYTECOPY_KEY_FILE: keys } };
      const imported = await run(['import', await captureFile(), '--store', store], own);
      expect(imported.stderr).toContain(`made a key that seals secrets: ${keys}`);
      const [id = ''] = await ids();
      const show = ['show', id, '--with-secrets', '--store', store];
      const shown = await run(show, own);
      expect(shown.stdout).toContain(SECRETS.bearer);
      const log = join(folder, 'own', 'audit.jsonl');
      const [line] = jsonLines(await readFile(log, 'utf8'));
      expect(line).toMatchObject({ command: 'show', exchanges: [id] });

      // After a rotation the key before it still opens.
      await run(['key', 'rotate'], own);
      expect((await run(['key', 'list'], own)).stdout).toContain('seals and opens');
      expect((await run(show, own)).stdout).toContain(SECRETS.bearer);

      // A log that cannot be written: a folder in its place, which stops root too.
      await rm(log);
      await mkdir(log);
      const kept = await run(show, own);
      expect(kept).toMatchObject({ code: 1, stdout: '' });
      expect(kept.stderr).toContain('nothing is shown');
      await rm(log, { recursive: true });

      await chmod(keys, 0o644);
      const refused = await run(show, own);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('chmod 600');
      const missing = await run(show);
      expect(missing.code).toBe(2);
      expect(missing.stderr).toContain('which is not in');
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    'answers that a replay keeps have placeholders; with --with-secrets they are verbatim, and that is on record',
    async () => {
      const own = { env: { BYTECOPY_KEY_FILE: join(folder, 'own', 'keys') } };
      await run(['import', await captureFile(), '--store', store], own);
      const answersOf = async (...more: readonly string[]): Promise<string> => {
        const results = join(folder, 'results.jsonl');
        const flags = ['--allow-writes', '--qps', 'max', '--results', results, '--save-responses', ...more];
        const replayed = await run(['replay', '--to', url(), '--store', store, ...flags], own);
        expect(replayed.code, replayed.stderr).toBe(0);
        const lines = jsonLines<{ response: string }>(await readFile(results, 'utf8'));
        expect(lines).toHaveLength(REQUESTS.length);
        return lines.map(({ response }) => Buffer.from(response, 'base64').toString('latin1')).join('');
      };
      const cut = await answersOf();
      expect(cut).toContain(`sid=${'*'.repeat(SECRETS.setCookie.length)}; Path=/`);
      for (const secret of ALL) expect(cut).not.toContain(secret);
      const log = join(folder, 'own', 'audit.jsonl');
      await expect(readFile(log)).rejects.toThrow('ENOENT');

      const verbatim = await answersOf('--with-secrets');
      expect(verbatim).toContain(`sid=${SECRETS.setCookie}; Path=/`);
      expect(verbatim).toContain(SECRETS.answer);
      expect(jsonLines(await readFile(log, 'utf8'))).toMatchObject([{ command: 'replay' }]);
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    'secrets.seal: false keeps them as captured, and says so',
    async () => {
      const config = join(folder, 'bytecopy.yaml');
      await writeFile(config, 'secrets:\n  seal: false\n');
      const imported = await run(['import', await captureFile(), '--store', store, '--config', config]);
      expect(imported.stdout).toContain('secrets are kept as captured');
      const [id = ''] = await ids();
      expect((await run(['show', id, '--store', store])).stdout).not.toContain(SECRETS.bearer);
      expect((await run(['show', id, '--with-secrets', '--store', store])).stdout).toContain(SECRETS.bearer);
    },
    PATIENCE_MS,
  );
});
