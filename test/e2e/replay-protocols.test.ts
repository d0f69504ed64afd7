/** What was recorded of Thrift, of an unknown protocol and of HTTP, sent again to real servers, plain and over TLS. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { viewThriftBody } from '../../parser/index.ts';
import { selfSigned } from '../support/emitter/certificate.ts';
import { manyClients } from '../support/emitter/many-clients.ts';
import { expectDone, replay } from '../support/emitter/replay-cli.ts';
import { answer, serve, serveRaw } from '../support/emitter/script-server.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { startEchoServer } from '../support/thrift/echo-server.ts';
import { apacheMessage, framed, KIND, struct, text } from '../support/thrift/index.ts';

const FIRST_ID = 40_000;

/** Two clients of the echo service whose sequence ids are the same: 40 calls each, and a oneway. */
function thriftCapture(): Uint8Array {
  const traces = ['a', 'b'].map((client, index) => {
    const numbers = { clientIsn: 10_000 * (index + 1), serverIsn: 50_000 * (index + 1) };
    const address = `10.0.0.${index + 1}:40000`;
    const talk = conversation({ client: address, server: '192.0.2.90:9090', stepMicros: 500, ...numbers }).handshake();
    for (let n = 0; n < 40; n++) {
      const about = { name: n % 4 === 3 ? 'missing' : 'echo', sequenceId: FIRST_ID + n };
      const nonce = `${client}-${n}`;
      talk.client(framed(apacheMessage('binary', { ...about, kind: KIND.call, body: struct([1, text(nonce)]) })));
      talk.server(framed(apacheMessage('binary', { ...about, kind: KIND.reply, body: struct([0, text(nonce)]) })));
    }
    const note = { name: 'note', kind: KIND.oneway, sequenceId: 7, body: struct([1, text(`noted by ${client}`)]) };
    return talk
      .client(framed(apacheMessage('binary', note)))
      .close()
      .trace();
  });
  const [first, second] = traces as [(typeof traces)[0], (typeof traces)[0]];
  return first.mergedWith(second).pcap();
}

describeWith(['build'], 'replay of', () => {
  for (const flags of [[], ['--pipelining', '8'], ['--session', 'flow', '--workers', '2']]) {
    testWith(
      [],
      `Thrift calls to Apache's server ${flags.join(' ')}: each answer is its call's, with the recorded id`,
      async () => {
        const server = await startEchoServer('framed', 'binary');
        onTestFinished(() => server.close());
        const all = ['--qps', '400', '--times', '3', '--allow-writes', '--save-responses', ...flags];
        const replayed = await replay(thriftCapture(), `tcp://127.0.0.1:${server.port}`, ...all);
        const { report, results } = replayed;
        expectDone(replayed);
        expect(report).toMatchObject({ due: 246, answered: 246, balanced: true, failed: {}, notSent: {} });
        const answers = report?.answers.answered;
        expect(answers).toEqual({ reply: 180, exception: 60, oneway: 6 });
        const nonces = new Map<string, number>();
        for (const { operation, response, answer: kind } of results) {
          if (kind === 'oneway') continue;
          const view = viewThriftBody(Buffer.from(response ?? '', 'base64'));
          const said = JSON.stringify(view.body, (_, value) => (typeof value === 'bigint' ? String(value) : value));
          const [, nonce = '', n = ''] = /([ab]-(\d+))/.exec(said) ?? [];
          expect(view).toMatchObject({ method: operation, sequenceId: FIRST_ID + Number(n), problems: [] });
          nonces.set(nonce, (nonces.get(nonce) ?? 0) + 1);
        }
        expect(nonces.size).toBe(80);
        expect(new Set(nonces.values())).toEqual(new Set([3]));
        const notes = ['noted by a', 'noted by b'].flatMap((note) => [note, note, note]);
        await expect.poll(() => [...server.noted].sort()).toEqual(notes);
      },
    );
  }

  testWith([], 'Thrift: what is not known to read needs a word, and --read-functions is one', async () => {
    const server = await startEchoServer('framed', 'binary');
    onTestFinished(() => server.close());
    const target = `tcp://127.0.0.1:${server.port}`;
    const refused = await replay(thriftCapture(), target);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('echo');
    const read = await replay(
      thriftCapture(),
      target,
      '--qps',
      'max',
      '--read-only',
      '--read-functions',
      'ec*,missing',
    );
    expectDone(read);
    expect(read.report).toMatchObject({ answered: 80, notSent: { 'write-not-allowed': 2 }, balanced: true });
    expect(server.noted).toEqual([]);
  });

  testWith(
    [],
    'an unknown protocol: each connection says its words in turn, each behind the answer to the last',
    async () => {
      const words = ['LOGIN anna', 'PUT 1 one', 'PUT 2 two', 'BYE'];
      const talk = conversation({ server: '192.0.2.91:7070', stepMicros: 2_000 }).handshake().server('* ready\n');
      for (const word of words) talk.client(`${word}\n`).server(`ok ${word}\n`);
      const heard: string[][] = [];
      const server = await serveRaw((socket, connection) => {
        const said: string[] = [];
        heard[connection] = said;
        socket.on('data', (bytes: Buffer) => {
          said.push(bytes.toString());
          setTimeout(() => socket.write(`ok ${bytes}`), 5);
        });
        socket.write('* ready\n');
      });
      onTestFinished(() => server.close());
      const target = `tcp://127.0.0.1:${server.port}`;
      const replayed = await replay(talk.close().pcap(), target, '--allow-writes', '--times', '5');
      const { report, results } = replayed;
      expectDone(replayed);
      expect(report).toMatchObject({ due: 5, answered: 5, balanced: true });
      expect(results.map(({ answer: kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'session'));
      const spoken = heard.filter((said) => said.length > 0);
      expect(spoken).toEqual(Array.from({ length: 5 }, () => words.map((word) => `${word}\n`)));
    },
  );

  testWith(
    ['openssl'],
    'HTTP over TLS: verified by --ca, taken as it is by --insecure, refused without either',
    async () => {
      const certificate = selfSigned('IP:127.0.0.1');
      const server = await serve(({ socket }) => socket.write(answer(200)), certificate);
      onTestFinished(() => server.close());
      const capture = manyClients({ clients: 5, requests: 4, gapMs: 10 });
      const unknown = await replay(capture, server.url, '--qps', '200');
      expect(unknown.code, unknown.stderr).toBe(1);
      expect(unknown.report).toMatchObject({ due: 20, failed: { tls: 20 }, balanced: true });
      expect(server.heads).toEqual([]);
      const insecure = await replay(capture, server.url, '--qps', '200', '--insecure');
      expect(insecure.report, insecure.stderr).toMatchObject({ answered: 20, verbatim: true });
      const verified = await replay(capture, server.url, '--qps', '200', '--ca', await caFile(certificate.cert));
      expectDone(verified);
      expect(verified.report).toMatchObject({ answered: 20, balanced: true });
      expect(server.heads).toHaveLength(40);
      for (const head of server.heads) expect(head).toMatch(/^GET \/\d\/\d HTTP\/1.1\r\nHost: shop.example\r\n/);
    },
  );

  testWith(
    ['openssl'],
    'HTTP to a server of HTTP/2: every request over few connections, and not called verbatim',
    async () => {
      const certificate = selfSigned('IP:127.0.0.1');
      const paths: string[] = [];
      let connections = 0;
      const server = createSecureServer(certificate, ({ url, headers, httpVersion }, response) => {
        paths.push(`${httpVersion} ${url} ${headers[':authority']}`);
        response.end('ok');
      });
      server.on('session', (session) => {
        connections++;
        onTestFinished(() => session.destroy());
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const target = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const flags = ['--qps', '200', '--http2', '--ca', await caFile(certificate.cert)];
      const replayed = await replay(manyClients({ clients: 5, requests: 8, gapMs: 10 }), target, ...flags);
      expectDone(replayed);
      expect(replayed.report).toMatchObject({ answered: 40, verbatim: false, balanced: true });
      expect(replayed.results).toHaveLength(40);
      expect(new Set(paths).size).toBe(40);
      expect(paths.every((path) => /^2\.0 \/\d\/\d shop\.example$/.test(path))).toBe(true);
      expect(connections).toBeLessThanOrEqual(8);
    },
  );
});

async function caFile(pem: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-ca-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'ca.pem');
  await writeFile(path, pem);
  return path;
}
