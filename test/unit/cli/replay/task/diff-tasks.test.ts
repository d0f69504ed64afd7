import { expect, test } from 'vitest';
import { diffTasks } from '../../../../../cli/replay/task/diff-tasks.ts';
import { parseTask } from '../../../../../cli/replay/task/parse-task.ts';
import { taskNews } from '../../../../../cli/replay/task/task-news.ts';

const BEFORE = `
qps: 100
stopOn: failed>10%
pools:
  - name: a
    unit: one
    targets: [http://10.0.0.7:80, http://10.0.0.8:80]
  - name: b
    unit: two
    targets: [http://10.0.1.7:80]
units:
  user: client
  hash: crc32
  slots: 10
  ranges: [{ unit: one, from: 0, to: 5 }, { unit: two, from: 5, to: 10 }]
rules: [{ do: { set-header: { a: b } } }]
`;

function diff(change: (text: string) => string, from = BEFORE) {
  const after = change(from);
  expect(after).not.toBe(from);
  return diffTasks(parseTask(from, 'task.yaml'), parseTask(after, 'task.yaml'));
}

test('nothing changed', () => {
  const { safe, unsafe } = diff((text) => `${text}# a remark`);
  expect([safe, unsafe]).toEqual([[], []]);
});

test('targets that come, go and weigh otherwise are safe', () => {
  const { safe, unsafe } = diff((text) =>
    text.replace(
      '[http://10.0.0.7:80, http://10.0.0.8:80]',
      '[http://10.0.0.8:80 weight=0, http://10.0.0.9:80 weight=2]',
    ),
  );
  expect(unsafe).toEqual([]);
  expect(safe).toEqual([
    { kind: 'target-weight', path: 'pools.a: http://10.0.0.8:80', pool: 'a', to: 'http://10.0.0.8:80', weight: 0 },
    {
      kind: 'target-added',
      path: 'pools.a: http://10.0.0.9:80',
      pool: 'a',
      target: { to: 'http://10.0.0.9:80', weight: 2 },
    },
    { kind: 'target-removed', path: 'pools.a: http://10.0.0.7:80', pool: 'a', to: 'http://10.0.0.7:80' },
  ]);
});

test('what --to would say is one pool', () => {
  const { safe } = diff((text) => text.replace('weight=3', 'weight=1'), 'to: [http://a:1 weight=3, http://b:1]');
  expect(safe).toEqual([
    { kind: 'target-weight', path: 'to: http://a:1', pool: 'targets', to: 'http://a:1', weight: 1 },
  ]);
});

test('ranges move with a higher version', () => {
  const moved = (text: string) => text.replace('to: 5', 'to: 6').replace('from: 5', 'from: 6');
  const { safe, unsafe } = diff((text) => moved(text).replace('slots: 10', 'slots: 10\n  version: 2'));
  expect(unsafe).toEqual([]);
  expect(safe).toMatchObject([{ kind: 'units', units: { version: 2, ranges: [{ to: 6 }, { from: 6 }] } }]);
  const forgotten = diff(moved);
  expect(forgotten.safe).toEqual([]);
  expect(forgotten.unsafe).toMatchObject([{ path: 'units.version', why: expect.stringContaining('above 1') }]);
});

test('with another hash the ranges are others: nothing of the units moves', () => {
  const { safe, unsafe } = diff((text) =>
    text.replace('crc32', 'fnv1a').replace('slots: 10', 'slots: 10\n  version: 2'),
  );
  expect(safe).toEqual([]);
  expect(unsafe.map(({ path }) => path)).toEqual(['units.hash', 'units.ranges']);
});

test('rules and rules to stop on are safe, pacing is not', () => {
  const { safe, unsafe } = diff((text) =>
    text.replace('a: b', 'a: c').replace('10%', '20%').replace('qps: 100', 'qps: 200'),
  );
  expect(safe.map(({ kind }) => kind)).toEqual(['stop-rules', 'rules']);
  expect(unsafe).toEqual([{ path: 'qps', why: 'stays as it was until the next run' }]);
});

test('pools neither come nor go, and keep their units', () => {
  const text = BEFORE.replace('unit: two\n    targets', 'targets')
    .replace('name: b', 'name: c')
    .split('units:')[0] as string;
  const { unsafe } = diffTasks(
    parseTask(BEFORE, 'task.yaml'),
    parseTask(text.replace('unit: one\n    ', ''), 'task.yaml'),
  );
  expect(unsafe.map(({ path }) => path)).toEqual(['pools.a.unit', 'pools.b', 'pools.c', 'units', 'rules']);
});

test('what was not taken is told again with the next change, and not when it is taken back', () => {
  const first = parseTask(BEFORE, 'task.yaml');
  const { inEffect } = diffTasks(first, parseTask(BEFORE.replace('qps: 100', 'qps: 200'), 'task.yaml'));
  expect(inEffect).toEqual(first);
  const again = parseTask(BEFORE.replace('qps: 100', 'qps: 200').replace('a: b', 'a: c'), 'task.yaml');
  expect(diffTasks(inEffect, again).unsafe).toHaveLength(1);
  expect(diffTasks(inEffect, first)).toMatchObject({ safe: [], unsafe: [] });
});

test('applied once, a change is in effect', () => {
  const next = parseTask(
    BEFORE.replace('[http://10.0.1.7:80]', '[]')
      .replace('unit: two\n    targets: []', 'unit: two\n    weight: 2\n    targets: [http://10.0.1.9:80]')
      .replace('a: b', 'a: c'),
    'task.yaml',
  );
  const { safe, inEffect } = diffTasks(parseTask(BEFORE, 'task.yaml'), next);
  expect(safe).toHaveLength(4);
  expect(inEffect).toEqual(next);
  expect(diffTasks(inEffect, next)).toMatchObject({ safe: [], unsafe: [] });
});

test('one line a change', () => {
  const difference = diff((text) =>
    text.replace('http://10.0.0.8:80', 'http://10.0.0.8:80 weight=0').replace('qps: 100', 'qps: 9'),
  );
  expect(taskNews('task.yaml', difference).split('\n')).toEqual([
    'the task task.yaml changed:',
    '  pools.a: http://10.0.0.8:80: weight 0, takes nothing new',
    '  qps: stays as it was until the next run',
  ]);
});
