import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addSendingOptions, type SendingFlags, sendingOptionsOf } from '../../../../cli/options/sending.ts';
import { checkReplayOptions } from '../../../../emitter/options.ts';
import { selfSigned } from '../../../support/emitter/certificate.ts';
import { testWith } from '../../../support/requirements.ts';

const USAGE = expect.objectContaining({ code: 'USAGE', exitCode: 2, hint: expect.any(String) });
const HTTP = 'http://127.0.0.1:8080';
const TLS = 'https://127.0.0.1:8443';

function sending(words: readonly string[], target = HTTP, config = {}, targets?: readonly string[]) {
  const command = addSendingOptions(new Command('replay').exitOverride());
  command.parse(words, { from: 'user' });
  return sendingOptionsOf(command.opts<SendingFlags>(), target, { services: [], ...config }, targets);
}

test('what no flag says is left to the emitter, and is what it takes', () => {
  expect(sending([])).toEqual({
    target: HTTP,
    runId: expect.stringMatching(/^[0-9a-f]{16}$/),
    writes: 'undecided',
    allowTarget: false,
    setHeaders: [],
    removeHeaders: [],
  });
  expect(checkReplayOptions(sending([]))).toMatchObject({ maxConnections: 128, timeoutMs: 10_000 });
});

test('each flag has its option, and the emitter takes them all', () => {
  const words = [
    '--connections',
    '50',
    '--timeout',
    '2s',
    '--max-wait',
    '500ms',
    '--pipelining',
    '4',
    '--retry',
    '--http2',
  ];
  words.push(
    '--allow-writes',
    '--allow-target',
    '--host',
    'target',
    '--set-header',
    'X-Env: dev',
    '--remove-header',
    'Cookie',
  );
  words.push(
    '--read-functions',
    'get*,list*',
    '--read-functions',
    'Items:find*',
    '--only-targets',
    '*.test,10.0.0.0/8',
  );
  const options = sending(words);
  expect(options).toMatchObject({
    maxConnections: 50,
    timeoutMs: 2_000,
    maxWaitMs: 500,
    pipelining: 4,
    retry: true,
    http2: true,
    writes: 'allow',
    allowTarget: true,
    host: 'target',
    setHeaders: [['X-Env', 'dev']],
    removeHeaders: ['Cookie'],
    readFunctions: ['get*', 'list*', 'Items:find*'],
    allowedTargets: ['*.test', '10.0.0.0/8'],
  });
  expect(() => checkReplayOptions(options)).not.toThrow();
});

test('flags win over the config file, list by list', () => {
  const replay = { allowedTargets: ['*.test'], readFunctions: ['get*'], connections: 20, timeout: 3_000, maxWait: 700 };
  expect(sending([], HTTP, { replay })).toMatchObject({
    allowedTargets: ['*.test'],
    readFunctions: ['get*'],
    maxConnections: 20,
    timeoutMs: 3_000,
    maxWaitMs: 700,
  });
  const flags = ['--only-targets', '127.0.0.1', '--connections', '5'];
  expect(sending(flags, HTTP, { replay })).toMatchObject({
    allowedTargets: ['127.0.0.1'],
    readFunctions: ['get*'],
    maxConnections: 5,
  });
});

test('words that contradict each other or the target are refused', () => {
  expect(() => sending(['--allow-writes', '--read-only'])).toThrow(USAGE);
  expect(() => sending(['--insecure'])).toThrow(/--insecure is for TLS/);
  expect(() => sending(['--server-name', 'a'], 'tcp://127.0.0.1:9090')).toThrow(/--server-name is for TLS/);
  expect(() => sending(['--insecure', '--ca', 'a.pem'], TLS)).toThrow(/contradict/);
  expect(() => sending(['--cert', 'a.pem'], TLS)).toThrow(/without --key/);
  expect(() => sending(['--key', 'a.pem'], TLS)).toThrow(/without --cert/);
  expect(() => sending(['--http2'], 'tcp://127.0.0.1:9090')).toThrow(/--http2/);
  for (const words of [
    ['--connections', '10001'],
    ['--pipelining', '65'],
    ['--timeout', '0s'],
    ['--max-wait', '2h'],
    ['--only-targets', 'a,,b'],
  ]) {
    expect(() => sending(words), words.join(' ')).toThrow(USAGE);
  }
});

test('TLS flags are for those of several targets that speak it', () => {
  const targets = [HTTP, TLS];
  expect(sending(['--insecure'], HTTP, {}, targets)).not.toHaveProperty('tls');
  expect(sending(['--insecure'], TLS, {}, targets)).toMatchObject({ tls: { verify: false } });
});

test('certificates of the config file are silent where the target does not speak TLS', () => {
  expect(sending([], HTTP, { replay: { ca: '/nowhere.pem' } })).not.toHaveProperty('tls');
  expect(() => sending([], TLS, { replay: { ca: '/nowhere.pem' } })).toThrow(/there is no such file/);
  expect(sending(['--insecure'], TLS, { replay: { ca: '/nowhere.pem' } })).toMatchObject({ tls: { verify: false } });
});

testWith(
  ['openssl'],
  'certificates and keys are handed on as PEM, and a key that does not fit is refused',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bytecopy-tls-'));
    try {
      const [one, other] = [selfSigned('DNS:shop.example'), selfSigned('DNS:shop.example')];
      const [cert, key, foreign] = ['cert.pem', 'key.pem', 'foreign.pem'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      await writeFile(cert, one.cert);
      await writeFile(key, one.key);
      await writeFile(foreign, other.key);
      const words = ['--ca', cert, '--cert', cert, '--key', key, '--server-name', 'shop.example'];
      const tls = { ca: one.cert, certificate: one.cert, key: one.key, serverName: 'shop.example' };
      expect(sending(words, TLS)).toMatchObject({ tls });
      expect(checkReplayOptions(sending(words, TLS)).tls).toEqual({ ...tls, verify: true });
      expect(sending([], TLS, { replay: { ca: cert, cert, key } })).toMatchObject({
        tls: { ca: one.cert, key: one.key },
      });
      expect(() => sending(['--cert', cert, '--key', foreign], TLS)).toThrow(/--key .*foreign\.pem: .*mismatch/);
      expect(() => sending(['--ca', key], TLS)).toThrow(/it holds no certificate/);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test('a certificate that cannot be used is told before the run, with its flag and file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-tls-'));
  try {
    const path = join(folder, 'a.pem');
    const broken = expect.objectContaining({
      code: 'TLS_FILE_INVALID',
      exitCode: 2,
      message: expect.stringContaining(path),
    });
    for (const text of ['not PEM', '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n']) {
      await writeFile(path, text);
      expect(() => sending(['--ca', path], TLS), text).toThrow(broken);
      expect(() => sending(['--cert', path, '--key', path], TLS), text).toThrow(broken);
    }
    expect(() => sending(['--ca', folder], TLS)).toThrow(/it is a folder/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
