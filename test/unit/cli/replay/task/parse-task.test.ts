import { expect, test } from 'vitest';
import { parseTask } from '../../../../../cli/replay/task/parse-task.ts';
import { faultsOf } from './faults.ts';

test('an empty document says nothing', () => {
  expect(parseTask('', 'task.yaml')).toEqual({ flags: {}, discovered: [] });
});

test('what flags say is read as flags are', () => {
  const { flags } = parseTask(
    `
to:
  - http://10.0.0.7:80 weight=3
  - http://10.0.0.8:80
copyTo: http://10.0.0.9:80
clientAddress: X-Forwarded-For
where: verb:GET
qps: 100
duration: 10m
loop: true
late: drop:2s
timeout: 2s
allowWrites: true
stopOn: failed>10%
threshold: [p(95)<500, rate<1%]
setHeader:
  - X-Env: dev
  - 'X-Team: shop'
`,
    'task.yaml',
  );
  expect(flags).toEqual({
    to: [
      { to: 'http://10.0.0.7:80', weight: 3 },
      { to: 'http://10.0.0.8:80', weight: 1 },
    ],
    copyTo: ['http://10.0.0.9:80'],
    clientAddress: 'x-forwarded-for',
    where: 'verb:GET',
    qps: 100,
    duration: 600_000,
    loop: true,
    late: { kind: 'drop', afterMs: 2_000 },
    timeout: 2_000,
    allowWrites: true,
    stopOn: ['failed>10%'],
    threshold: ['p(95)<500', 'rate<1%'],
    setHeader: [
      ['X-Env', 'dev'],
      ['X-Team', 'shop'],
    ],
  });
});

test('pools, health, units, rules and correlation are as the emitter takes them', () => {
  const task = parseTask(
    `
pools:
  - name: a
    unit: one
    targets: [http://10.0.0.7:80 weight=3, { to: 'http://10.0.0.8:80' }]
  - name: b
    standby: true
    from: { kind: dns, name: shop.test, port: 80, refresh: 5s }
balance: { by: hash, key: 'header:X-User' }
health:
  check: { kind: http, path: /healthz }
  interval: 2s
  eject: { failureShare: 30%, latency: 1s }
units:
  user: header:X-User
  hash: crc32
  slots: 10
  ranges: [{ unit: one, from: 0, to: 10 }]
rules:
  - name: no admin
    match: { path: /admin/* }
    do: leave-out
correlate:
  - name: token
    learn: { from: 'json:token' }
`,
    'task.yaml',
  );
  expect(task.pools).toEqual([
    {
      name: 'a',
      weight: 1,
      standby: false,
      unit: 'one',
      targets: [
        { to: 'http://10.0.0.7:80', weight: 3 },
        { to: 'http://10.0.0.8:80', weight: 1 },
      ],
    },
    { name: 'b', weight: 1, standby: true, targets: [] },
  ]);
  expect(task.discovered).toEqual([
    { pool: 'b', from: { kind: 'dns', name: 'shop.test', port: 80, refreshMs: 5_000, scheme: 'http' } },
  ]);
  expect(task.balance).toEqual({ by: 'hash', key: 'header:X-User', bound: 1.25 });
  expect(task.health).toMatchObject({
    intervalMs: 2_000,
    timeoutMs: 500,
    eject: { failureShare: 0.3, latencyMs: 1_000 },
  });
  expect(task.units).toMatchObject({ hash: 'crc32', slots: 10 });
  expect(task.rules).toMatchObject([{ name: 'no admin' }]);
  expect(task.correlate).toMatchObject([{ name: 'token' }]);
});

test('each fault has a line of its own: where, what was found, what is allowed', () => {
  expect(
    faultsOf(`
qps: fast
duration: 10
pools:
  - name: a b
    targets:
      - to: http://10.0.0.7:80
        weigth: 3
balance: { by: stickiness }
health:
  interval: 1ms
  fall: 0
  check: { kind: htp }
`),
  ).toEqual([
    'line 2, qps: "fast" is not a number above 0: write a number such as 2 or 0.5',
    'line 3, duration: "10" is not a duration: write a number and a unit: 500ms, 10s, 5m, 2h',
    'line 5, pools[0].name: "a b": a name of a pool has no blanks and no slashes',
    'line 8, pools[0].targets[0].weigth: there is no such key; weight is meant?',
    'line 9, balance.by: "stickiness"; allowed: "weight", "sticky", "hash"',
    'line 11, health.interval: "1ms"; at least 10ms',
    'line 12, health.fall: 0; at least 1',
    'line 13, health.check.kind: "htp"; allowed: "tcp", "http", "thrift"',
  ]);
});

test.each([
  ['polls: []', 'line 1, polls: there is no such key; pools is meant?'],
  ['set-header: []', 'line 1, set-header: there is no such key; setHeader is meant?'],
  [
    'rules: [{ do: { set-heder: { a: b } } }]',
    'line 1, rules[0].do.set-heder: there is no such key; set-header is meant?',
  ],
  [
    'health: { intervalMs: 1000 }',
    'line 1, health.intervalMs: is written interval, with its unit behind the number: interval: 10s',
  ],
  ['health: { eject: 3 }', 'line 1, health.eject: 3; allowed: object or false'],
  [
    'health: { interval: 1s, timeout: 2s }',
    'line 1, health.timeout: "2s": a check ends before the next begins: at most interval',
  ],
  ['loop: false', 'line 1, loop: false: true or a whole number is allowed'],
  ['allowWrites: maybe', 'line 1, allowWrites: "maybe"; allowed: true or false'],
  ['balance: { by: sticky }', 'line 1, balance.key: is missing'],
  ['[1, 2]', 'line 1, document: a list; allowed: object'],
  ['pools: []', 'line 1, pools: an empty list; at least 1 entries'],
  ['pools: [{ name: a }]', 'line 1, pools[0]: the pool a has neither targets nor from'],
  [
    'to: http://a:1\npools: [{ name: a, targets: [http://b:1] }]',
    'line 1, to: "http://a:1": targets are named by pools already: leave one of them out',
  ],
  ['pools: [{ name: a, targets: [http://b:1, http://b:1] }]', 'line 1, pools[0].targets[1].to: b:1 is in pool a twice'],
  [
    'pools: [{ name: a, unit: x, targets: [http://b:1] }]',
    'line 1, pools[0].unit: "x": no user belongs to x: the document has no units',
  ],
  ['qps: 1\nqps: 2', 'line 2, Map keys must be unique'],
  ['a: [', expect.stringMatching(/^line 1, /)],
])('%s', (text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});

test('a unit that no pool is of, in ranges and for single users', () => {
  const text = `
pools: [{ name: p, unit: one, targets: [http://b:1] }]
units:
  user: client
  hash: murmur3
  slots: 2
  ranges: [{ unit: one, from: 0, to: 1 }, { unit: two, from: 1, to: 2 }]
  overrides: { mia: three }
`;
  expect(faultsOf(text)).toEqual([
    'line 7, units.ranges[1].unit: "two": no pool is of the unit two; pools are of one',
    'line 8, units.overrides.mia: "three": no pool is of the unit three; pools are of one',
  ]);
});

test('values of headers are never shown: they may be credentials', () => {
  const [fault] = faultsOf('rules: [{ do: { set-header: { Authorization: "Bearer abc\\ndef" } } }]');
  expect(fault).toContain('rules[0].do.set-header.Authorization');
  expect(fault).not.toContain('abc');
});

test('aliases are looked through for their line, and bombs of them are refused', () => {
  expect(faultsOf('health: &h\n  fall: 0\npools: [{ name: a, from: *h }]')).toContainEqual(
    expect.stringMatching(/^line 2, health\.fall: 0/),
  );
  const bomb = [
    'a: &a [x]',
    ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${Array(12).fill(`*${'abcdefgh'[at]}`)}]`),
  ];
  expect(faultsOf(bomb.join('\n'))).toEqual([expect.stringContaining('Excessive alias count')]);
});

test('keys of the prototype are keys like others', () => {
  expect(faultsOf('__proto__: { a: 1 }\nconstructor: 1')).toHaveLength(2);
  expect(faultsOf('health: { __proto__: 1, toString: 2 }')).toHaveLength(2);
});

test('very many faults are counted, not listed', () => {
  const lines = Array.from({ length: 200 }, (_, at) => `none${at}: 1`);
  expect(faultsOf(lines.join('\n')).at(-1)).toBe('and 160 faults more');
});
