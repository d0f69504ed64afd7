import { expect, test } from 'vitest';
import { flagsOntoTask, taskUnderFlags } from '../../../../../cli/replay/task/flags-onto-task.ts';
import { parseTask } from '../../../../../cli/replay/task/parse-task.ts';
import type { TaskFlags } from '../../../../../cli/replay/task/task.ts';

const merged = (flags: TaskFlags, text: string) => flagsOntoTask(flags, parseTask(text, 'task.yaml'));

test('what only one of them says stays', () => {
  expect(merged({ where: 'verb:GET' }, 'qps: 5')).toEqual({ where: 'verb:GET', qps: 5 });
});

test('a flag wins, a list as a whole', () => {
  expect(merged({ threshold: ['max<1s'] }, 'threshold: [p(95)<500, rate<1%]')).toEqual({ threshold: ['max<1s'] });
});

test('a flag displaces what the document says of the same choice by another name', () => {
  expect(merged({ speed: 2 }, 'plan: hold:5/10s\narrivals: poisson\nseed: 7')).toEqual({ speed: 2 });
  expect(merged({ readOnly: true }, 'allowWrites: true')).toEqual({ readOnly: true });
  expect(merged({ store: 'here' }, 'file: there.pcap')).toEqual({ store: 'here' });
});

test('the same timing with another value keeps what goes with it', () => {
  expect(merged({ qps: 9 }, 'qps: 5\narrivals: poisson')).toEqual({ qps: 9, arrivals: 'poisson' });
});

test('targets of the command line displace pools, and do not go with units', () => {
  const to = [{ to: 'http://b:1', weight: 1 }];
  const pools = 'pools: [{ name: p, unit: one, targets: [http://a:1] }]\n';
  const units = 'units: { user: client, hash: crc32, slots: 1, ranges: [{ unit: one, from: 0, to: 1 }] }';
  expect(taskUnderFlags({ to }, parseTask(pools.replace(' unit: one,', ''), 'task.yaml'))).toMatchObject({
    pools: undefined,
    flags: { to },
  });
  expect(() => taskUnderFlags({ to }, parseTask(pools + units, 'task.yaml'))).toThrow(
    expect.objectContaining({ code: 'USAGE', exitCode: 2 }),
  );
});
