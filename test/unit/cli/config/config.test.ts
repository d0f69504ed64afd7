import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../../../cli/config/config.ts';
import { parseConfig } from '../../../../cli/config/config-file.ts';
import { withReading } from '../../../../cli/options/reading.ts';
import { assemblerOptionsOf, parserOptionsOf } from '../../../../cli/pipeline/stage-options.ts';
import { storePlace } from '../../../../cli/stores/place.ts';

test('a config file is read, and what it leaves out has a default', () => {
  const text =
    'store: /var/lib/traffic\nservices: [{ name: catalogue, port: 8081 }, { name: front, host: shop.example }]\n';
  expect(parseConfig(text, 'a.yaml')).toEqual({
    store: '/var/lib/traffic',
    services: [
      { name: 'catalogue', port: 8081 },
      { name: 'front', host: 'shop.example' },
    ],
  });
  expect(parseConfig('', 'a.yaml')).toEqual({ services: [] });
});

test('what a service speaks, and which sessions are kept, go to the parser; the flag wins', () => {
  const config = parseConfig('services: [{ name: a, port: 81, protocol: tcp }]\nsessions: all', 'a.yaml');
  const services = [{ name: 'a', port: 81, protocol: 'tcp' }];
  expect(parserOptionsOf(config)).toEqual({ services, sessions: 'all' });
  expect(parserOptionsOf(withReading(config, { sessions: 'none' }))).toEqual({ services, sessions: 'none' });
});

test('how packets are read goes to the assembler; the flags win', () => {
  const config = parseConfig('overlap: linux\ncapture: { ports: [81] }\nservices: [{ name: a, port: 82 }]', 'a.yaml');
  const serverPorts = new Set([80, 81, 82]);
  expect(assemblerOptionsOf(config, [80])).toEqual({ serverPorts, overlapPolicy: 'linux' });
  const flags = { overlap: 'last', checksums: 'verify' } as const;
  expect(assemblerOptionsOf(withReading(config, flags), [80])).toEqual({
    serverPorts,
    overlapPolicy: 'last',
    checksums: 'verify',
  });
});

test('what is wrong is named with its file and place, exit code 2', () => {
  const fault = (message: RegExp) => expect.objectContaining({ exitCode: 2, message: expect.stringMatching(message) });
  expect(() => parseConfig('capture: { interfaces: lo }', 'a.yaml')).toThrow(fault(/a\.yaml: capture: .*interfaces/));
  expect(() => parseConfig('services: [{ port: 80 }]', 'a.yaml')).toThrow(fault(/services\.0\.name/));
  expect(() => parseConfig('capture: { ports: [99999] }', 'a.yaml')).toThrow(fault(/capture\.ports\.0/));
  expect(() => parseConfig('sessions: some', 'a.yaml')).toThrow(fault(/sessions/));
  expect(() => parseConfig('overlap: some', 'a.yaml')).toThrow(fault(/overlap/));
  expect(() => parseConfig('checksums: some', 'a.yaml')).toThrow(fault(/checksums/));
  expect(() => parseConfig('services: [{ name: a, protocol: tcp }]', 'a.yaml')).toThrow(fault(/port or an address/));
  expect(() => parseConfig('store: [unclosed', 'a.yaml')).toThrow(
    fault(/^config file a\.yaml: .* at line 1, column 17$/),
  );
});

test('what holds for all replays is said once: targets, functions that read, rules, thresholds, waits', () => {
  const text = `
replay:
  allowedTargets: ['*.test:8080', 10.0.0.0/8]
  readFunctions: ['get*']
  stopOn: ['failed>10%', 'health=/healthz']
  thresholds: ['p(95)<500']
  connections: 50
  timeout: 2s
  maxWait: 500ms
  cert: own.pem
  key: own.key
`;
  expect(parseConfig(text, 'a.yaml').replay).toEqual({
    allowedTargets: ['*.test:8080', '10.0.0.0/8'],
    readFunctions: ['get*'],
    stopOn: ['failed>10%', 'health=/healthz'],
    thresholds: ['p(95)<500'],
    connections: 50,
    timeout: 2_000,
    maxWait: 500,
    cert: 'own.pem',
    key: 'own.key',
  });
});

test('replay settings that no flag would take are refused where they stand', () => {
  for (const [line, message] of [
    ['stopOn: [failed]', /replay\.stopOn\.0: .*"failed" is not a rule/],
    ["stopOn: ['failed>1%', 'failed>2%']", /replay\.stopOn: .*second rule/],
    ["thresholds: ['p(95)']", /replay\.thresholds\.0/],
    ['timeout: 2', /replay\.timeout/],
    ['timeout: 2h', /replay\.timeout: .*"2h"/],
    ['connections: 0', /replay\.connections/],
    ['cert: own.pem', /replay: cert and key belong together/],
    ['qps: 5', /replay: .*qps/],
  ] as const) {
    expect(() => parseConfig(`replay: { ${line} }`, 'a.yaml'), line).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', exitCode: 2, message: expect.stringMatching(message) }),
    );
  }
});

test('a config file that cannot be read is said in words', async () => {
  const named = { BYTECOPY_CONFIG: '/nowhere.yaml' };
  await expect(readConfig(undefined, named)).rejects.toThrow('config file /nowhere.yaml: there is no such file');
  await expect(readConfig(tmpdir(), {})).rejects.toThrow('it is a folder');
});

test('flags win over environment over file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-config-'));
  try {
    const path = join(folder, 'b.yaml');
    await writeFile(path, 'store: from-file\n');
    const config = await readConfig(undefined, { BYTECOPY_CONFIG: path });
    expect(storePlace({}, config, {})).toMatchObject({ path: 'from-file', name: 'from-file' });
    expect(storePlace({}, config, { BYTECOPY_STORE: 'from-environment' }).path).toBe('from-environment');
    expect(storePlace({ store: 'from-flag' }, config, { BYTECOPY_STORE: 'from-environment' }).path).toBe('from-flag');
    await expect(readConfig(join(folder, 'absent.yaml'), {})).rejects.toMatchObject({ exitCode: 2 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
