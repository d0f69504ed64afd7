import { expect, test } from 'vitest';
import { targetSetSchema } from '../../../../emitter/targets/index.ts';

const ONE = [{ name: 'main', targets: [{ to: 'http://127.0.0.1:8080' }] }];

test('weights are 1, nothing stands by, and targets take turns, where nothing is said', () => {
  expect(targetSetSchema.parse({ pools: ONE })).toEqual({
    pools: [{ name: 'main', weight: 1, standby: false, targets: [{ to: 'http://127.0.0.1:8080', weight: 1 }] }],
    balance: { by: 'weight' },
  });
  expect(targetSetSchema.parse({ pools: ONE, balance: { by: 'hash', key: 'cookie:sid' } }).balance).toEqual({
    by: 'hash',
    key: 'cookie:sid',
    bound: 1.25,
  });
});

test.each([
  ['a target of an unknown scheme', pool({ targets: [{ to: 'ftp://127.0.0.1' }] }), 'pools.0.targets.0.to', 'ftp'],
  ['a target without a port', pool({ targets: [{ to: 'tcp://127.0.0.1' }] }), 'pools.0.targets.0.to', 'no port'],
  ['a weight below 0', pool({ weight: -1 }), 'pools.0.weight', '0.001'],
  ['a weight that is none', pool({ weight: Number.NaN }), 'pools.0.weight', ''],
  ['a name with a slash', pool({ name: 'a/b' }), 'pools.0.name', 'slashes'],
  ['a word too many', pool({ wieght: 1 }), 'pools.0', 'wieght'],
  ['no pool', { pools: [] }, 'pools', ''],
  ['two pools of one name', { pools: [...ONE, ...ONE] }, 'pools.1.name', 'main'],
  [
    'a bound below the mean',
    { pools: ONE, balance: { by: 'hash', key: 'header:x', bound: 0.9 } },
    'balance.bound',
    '1',
  ],
  ['a key of nothing', { pools: ONE, balance: { by: 'sticky', key: '' } }, 'balance.key', ''],
  [
    'one place in a pool twice',
    pool({ targets: [{ to: 'http://127.0.0.1:80' }, { to: 'https://127.0.0.1:80' }] }),
    'pools.0.targets.1.to',
    'twice',
  ],
])('%s is refused, and the message says where', (_, options, path, word) => {
  const issues = targetSetSchema.safeParse(options).error?.issues ?? [];
  expect(issues.map((issue) => issue.path.join('.'))).toContain(path);
  expect(issues.map(({ message }) => message).join()).toContain(word);
});

function pool(changes: object): unknown {
  return { pools: [{ ...ONE[0], ...changes }] };
}
