/** What rules name is gone for good: in no file, no output, nothing that is sent; one secret in every place of a rule. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { call, framed, i64, message, string, struct } from '../support/thrift/wire.ts';

const SECRETS = {
  header: 'HEADERhushhush01',
  bearer: 'BEARERhushhush02',
  cookie: 'COOKIEhushhush03',
  setCookie: 'SETCOOKIEhush004',
  query: 'QUERYhushhush005',
  path: 'path.hush06@mail.example',
  json: 'JSONhushhush0007',
  answer: 'ANSWERhushhush08',
  gzip: 'GZIPhushhushh009',
  chunked: 'CHUNKhushhush010',
  form: 'FORMhushhush0011',
  part: 'PARThushhush0012',
  found: 'T-44112233445566',
  card: '4111111111111111',
  email: 'ada.hush13@mail.example',
  phone: '+49 30 1234 5678',
  thrift: 'THRIFThush000014',
  session: 'SESSIONhush00015',
  broken: 'BROKENhush000016',
} as const;
const ALL = Object.values(SECRETS);
/** Escaped, as some places hold them. */
const SPELLINGS = [...ALL, ...ALL.map((secret) => encodeURIComponent(secret))];

const RULES = `
sets: [credentials, cards, emails, phones]
rules:
  - { name: internal, where: { header: x-internal }, action: hash }
  - { name: page, where: { query: secret_page }, action: redact }
  - { name: owner, where: { json: '$.owner.name' }, action: hash, key: a key for owners }
  - { name: list, where: { json: 'items[*].tag' }, action: mask }
  - { name: field, where: [{ form: nick }, { form: note }], action: replace, with: GONE }
  - { name: ticket, find: 'T-\\d{14}', action: encrypt }
  - { name: argument, where: { thrift: '1.2' }, action: hash, sameLength: true }
`;

const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
const PARTS = `--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n${SECRETS.part}\r\n--b--\r\n`;

const post = (path: string, fields: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: shop.example\r\n${fields}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const JSON_TYPE = 'Content-Type: application/json\r\n';

function answers(): readonly (string | Buffer)[] {
  const packed = gzipSync(`{"owner":{"name":"${SECRETS.gzip}"}}`);
  const packedHead = `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`;
  const chunks = ['{"items":[{"tag":"', SECRETS.chunked.slice(0, 7), SECRETS.chunked.slice(7), '"}]}'];
  const chunked = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  const plain = JSON.stringify({ token: SECRETS.answer });
  return [
    `HTTP/1.1 200 OK\r\nSet-Cookie: sid=${SECRETS.setCookie}; Path=/\r\nContent-Length: 0\r\n\r\n`,
    Buffer.concat([Buffer.from(packedHead), packed]),
    `HTTP/1.1 200 OK\r\n${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n${chunked}0\r\n\r\n`,
    `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Length: ${plain.length}\r\n\r\n${plain}`,
    'HTTP/1.1 204 No Content\r\n\r\n',
    // Cut off by the end of the connection.
    `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Length: 900\r\n\r\n{"a":"${SECRETS.broken}`,
  ];
}

const REQUESTS = [
  `GET /users/${SECRETS.path}/items?secret_page=${SECRETS.query}&mail=${encodeURIComponent(SECRETS.email)} HTTP/1.1\r\n` +
    `Host: shop.example\r\nX-Internal: ${SECRETS.header}\r\nAuthorization: Bearer ${SECRETS.bearer}\r\n` +
    `Cookie: sid=${SECRETS.cookie}\r\ntraceparent: 00-c0ffee00c0ffee00c0ffee00c0ffee00-00f067aa0ba902b7-01\r\n\r\n`,
  post('/login', JSON_TYPE, JSON.stringify({ owner: { name: SECRETS.json }, note: `mail ${SECRETS.email}` })),
  post('/form', FORM, `nick=${SECRETS.form}&x=1`),
  post('/parts', 'Content-Type: multipart/form-data; boundary=b\r\n', PARTS),
  post('/text', 'Content-Type: text/plain\r\n', `pay ${SECRETS.card}, ${SECRETS.phone}, ${SECRETS.found}`),
  'GET /broken HTTP/1.1\r\nHost: shop.example\r\n\r\n',
];

const PATIENCE_MS = 240_000;

describeWith(['build'], 'masking', () => {
  let folder: string;
  let store: string;
  let rules: string;
  let server: Server;
  let received: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-masking-'));
    store = join(folder, 'store');
    rules = join(folder, 'rules.yaml');
    await writeFile(rules, RULES);
    received = '';
    server = createServer(async (asked, answer) => {
      received += asked.url + JSON.stringify(asked.rawHeaders) + (await text(asked));
      answer.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** HTTP, Thrift and a protocol that is not parsed. */
  async function captureFiles(): Promise<readonly string[]> {
    const talk = conversation().handshake();
    for (const [i, answer] of answers().entries()) talk.client(REQUESTS[i] as string).server(answer);
    const asked = message('binary', call('getUser', 1), [[1, struct([1, i64(7n)], [2, string(SECRETS.thrift)])]]);
    const thrift = conversation({ client: '10.0.0.9:40000', server: '10.0.0.8:9090', startAt: 1_700_000_060_000_000 })
      .handshake()
      .client(framed(asked));
    const other = conversation({ client: '10.0.0.9:40001', server: '10.0.0.8:6379', startAt: 1_700_000_120_000_000 })
      .handshake()
      .client(`*2\r\n$4\r\nAUTH\r\n$16\r\n${SECRETS.session}\r\n`)
      .server('+OK\r\n');
    const files: string[] = [];
    for (const [name, one] of Object.entries({ talk, thrift, other })) {
      files.push(join(folder, `${name}.pcap`));
      await writeFile(files.at(-1) as string, one.close().pcap());
    }
    return files;
  }

  async function expectNowhere(outputs: readonly string[]): Promise<void> {
    for (const output of outputs) for (const secret of SPELLINGS) expect(output).not.toContain(secret);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.pcap')) continue;
      const raw = await readFile(join(entry.parentPath, entry.name));
      const bytes = (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString('latin1');
      for (const secret of SPELLINGS) {
        expect(bytes.includes(secret), `${secret} in ${entry.name}`).toBe(false);
        expect(bytes.includes(Buffer.from(secret).toString('base64').slice(0, -4)), `${secret} in ${entry.name}`).toBe(
          false,
        );
      }
    }
  }

  testWith(
    [],
    'an import keeps none of it, in no file, and no command shows any',
    async () => {
      const files = await captureFiles();
      const imported = await run(['import', ...files, '--mask-rules', rules, '--store', store]);
      expect(imported.stdout).toContain('11 masking rules and sets');
      const found = await run(['find', '', '--json', '--store', store]);
      const exchanges = jsonLines<{ id: string; operation: string }>(found.stdout);
      expect(exchanges).toHaveLength(REQUESTS.length + 2);
      expect(exchanges[0]?.operation).toBe('GET /users/EMAIL_ADDRESS/items');
      const exported = join(folder, 'all.pcapng');
      const told = [
        imported,
        found,
        await run(['find', '', '--store', store]),
        await run(['trace', 'c0ffee00c0ffee00c0ffee00c0ffee00', '--store', store]),
        await run(['mask', ...files, '--mask-rules', rules]),
        await run(['mask', '--store', store, '--mask-rules', rules, '--json']),
        await run(['parse', ...files, '--mask-rules', rules]),
        await run(['parse', '--full', '--with-secrets', ...files, '--mask-rules', rules]),
        await run(['export', '-o', exported, '--store', store]),
        await run(['explain', exported]),
      ];
      for (const name of ['all.gor', 'all.har', 'all.jsonl', 'all.pb', 'all.har.gz']) {
        told.push(await run(['export', '-o', join(folder, name), '--with-secrets', '--store', store]));
      }
      for (const { id } of exchanges) {
        told.push(
          await run(['show', id, '--store', store]),
          await run(['show', id, '--json', '--with-secrets', '--store', store]),
        );
      }
      for (const { code, stderr } of told) expect(code, stderr).toBe(0);
      const results = ['--results', join(folder, 'results.jsonl'), '--html', join(folder, 'page.html')];
      const flags = ['--allow-writes', '--allow-target', '--qps', 'max', '--where', 'protocol:http1', ...results];
      const replayed = await run(['replay', '--to', url(), '--store', store, ...flags]);
      expect(received).toContain('/users/EMAIL_ADDRESS/items');
      told.push(replayed, { code: 0, stdout: received, stderr: '' });
      await expectNowhere(told.flatMap(({ stdout, stderr }) => [stdout, stderr]));
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    'a mask dry run says what would be hit and left out, and makes nothing',
    async () => {
      const files = await captureFiles();
      const told = await run(['mask', ...files, '--mask-rules', rules, '--json']);
      expect(told.code, told.stderr).toBe(0);
      const report = JSON.parse(told.stdout) as { leftOut: number; rules: { rule: string; values: number }[] };
      expect(report.leftOut).toBe(2);
      for (const { rule, values } of report.rules) expect(values, rule).toBeGreaterThan(0);
      expect((await readdir(folder)).toSorted()).toEqual(['other.pcap', 'rules.yaml', 'talk.pcap', 'thrift.pcap']);
    },
    PATIENCE_MS,
  );

  testWith(
    [],
    'rules that are wrong are refused with their path',
    async () => {
      const wrong = async (yaml: string) => {
        await writeFile(rules, yaml);
        return (await run(['mask', '--mask-rules', rules, '--store', store])).stderr;
      };
      expect(await wrong('rules: [{ where: { header: a }, action: vanish }]')).toContain('rules.0.action');
      expect(await wrong('rules: [{ where: { json: a..b }, action: redact }]')).toContain('rules.0.where.0.json');
      expect(await wrong('rules: [{ find: "(", action: redact }]')).toContain('rules.0.find');
      expect(await wrong('rules: [{ action: redact }]')).toContain('where, find or set');
      expect(await wrong('rules: [{ where: { header: Content-Length }, action: redact }]')).toContain(
        'cannot be masked',
      );
      expect(await wrong('{}')).toContain('no masking rules');
    },
    PATIENCE_MS,
  );

  testWith(
    ['capture', 'libpcap'],
    'a live capture keeps none of it; its mirror gets masked requests where that is said, verbatim ones otherwise',
    async () => {
      const { port } = server.address() as AddressInfo;
      let mirrored = '';
      const mirror = createServer(async (asked, answer) => {
        mirrored += asked.url + JSON.stringify(asked.rawHeaders) + (await text(asked));
        answer.end();
      });
      await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
      try {
        for (const mirrors of [true, false]) {
          mirrored = '';
          await writeFile(rules, `mirrors: ${mirrors}\n${RULES}`);
          const place = join(folder, `live-${mirrors}`);
          await mkdir(place);
          const to = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
          const out = ['--out', join(place, 'out.jsonl'), '--copy-to', to];
          const source = ['-i', 'lo', '-p', String(port), '--store', join(place, 'store')];
          const capture = start(['capture', ...source, ...out, '--mask-rules', rules]);
          await capture.says('masking rules');
          await (
            await fetch(`${url()}/items?secret_page=${SECRETS.query}`, { headers: { 'X-Internal': SECRETS.header } })
          ).text();
          const ended = await capture.interrupt();
          expect(ended.code, ended.stderr).toBe(0);
          await expectNowhere([ended.stdout, ended.stderr]);
          expect(mirrored.includes(SECRETS.query)).toBe(!mirrors);
          expect(mirrored).toContain('/items?secret_page=');
        }
      } finally {
        mirror.closeAllConnections();
        await new Promise((resolve) => mirror.close(resolve));
      }
    },
    PATIENCE_MS,
  );
});
