import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addPacingOptions, type PacingFlags, pacingOf } from '../../../../cli/options/pacing.ts';

const USAGE = expect.objectContaining({ code: 'USAGE', exitCode: 2, hint: expect.any(String) });

/** As typed behind `replay`. */
function pacing(line: string) {
  const command = addPacingOptions(new Command('replay').exitOverride());
  command.parse(
    line.split(' ').filter((word) => word !== ''),
    { from: 'user' },
  );
  return pacingOf(command.opts<PacingFlags>());
}

test('without a flag: the recorded rhythm, once, late sends caught up with at twice the rate', () => {
  expect(pacing('')).toEqual({
    timing: { kind: 'recorded', speed: 1 },
    arrivals: 'even',
    seed: 1,
    times: 1,
    by: undefined,
    lateness: { kind: 'catch-up', factor: 2 },
    session: undefined,
    loop: 1,
    durationMs: undefined,
    count: undefined,
    workers: 1,
  });
});

test('each flag says one thing of the plan', () => {
  expect(pacing('--speed 60').timing).toEqual({ kind: 'recorded', speed: 60 });
  expect(pacing('--qps 2.5').timing).toEqual({ kind: 'rate', perSecond: 2.5 });
  expect(pacing('--qps max').timing).toEqual({ kind: 'max' });
  expect(pacing('--qps 100 --arrivals poisson --seed 7')).toMatchObject({ arrivals: 'poisson', seed: 7 });
  expect(pacing('--times 4 --by overlay')).toMatchObject({ times: 4, by: 'overlay' });
  expect(pacing('--loop')).toMatchObject({ loop: 'forever' });
  expect(pacing('--loop 3 --duration 1m --count 9')).toMatchObject({ loop: 3, durationMs: 60_000, count: 9 });
  expect(pacing('--session header:X-User --workers 4')).toMatchObject({ session: 'header:X-User', workers: 4 });
});

test('a run of no time and a count beyond all numbers are refused before anything is announced', () => {
  for (const line of ['--duration 0s', `--count ${'9'.repeat(20)}`, `--loop ${'9'.repeat(20)}`]) {
    expect(() => pacing(line), line).toThrow(USAGE);
  }
});

test('a plan passes over the recording until it ends, unless passes are counted', () => {
  const hold = [{ kind: 'hold', perSecond: 2000, durationMs: 300_000 }];
  expect(pacing('--plan hold:2000/5m')).toMatchObject({ timing: { kind: 'profile', phases: hold }, loop: 'forever' });
  expect(pacing('--plan hold:2000/5m --loop 2')).toMatchObject({ loop: 2 });
  expect(() => pacing('--plan hold:fast/5m')).toThrow(expect.objectContaining({ code: 'PLAN_INVALID', exitCode: 2 }));
});

test('what becomes of late sends', () => {
  expect(pacing('--late at-once').lateness).toEqual({ kind: 'at-once' });
  expect(pacing('--late catch-up').lateness).toEqual({ kind: 'catch-up', factor: 2 });
  expect(pacing('--late catch-up:1.5').lateness).toEqual({ kind: 'catch-up', factor: 1.5 });
  expect(pacing('--late drop:250ms').lateness).toEqual({ kind: 'drop', afterMs: 250 });
  for (const text of ['later', 'drop', 'drop:0ms', 'drop:2h', 'catch-up:1', 'catch-up:', 'at-once:1']) {
    expect(() => pacing(`--late ${text}`), text).toThrow(USAGE);
  }
});

test('flags that contradict each other are refused, naming both', () => {
  for (const [line, named] of [
    ['--speed 2 --qps 100', /--speed and --qps/],
    ['--speed 2 --plan hold:1/1s', /--speed and --plan/],
    ['--qps max --plan hold:1/1s', /--qps and --plan/],
    ['--arrivals poisson', /--arrivals poisson is for rates/],
    ['--arrivals even --qps max', /--arrivals even is for rates/],
    ['--qps 5 --seed 7', /--seed/],
    ['--qps max --late at-once', /--late/],
    ['--by overlay', /--by overlay says how/],
    ['--by copies --times 1', /--by copies says how/],
    ['--times 3 --by speed --qps 100', /--by speed .*--qps/],
    ['--times 3 --by speed --plan hold:1/1s', /--by speed/],
    ['--times 0.5 --by overlay', /--by overlay .*0\.5/],
    ['--times 65 --by overlay', /--times 64/],
  ] as const) {
    expect(() => pacing(line), line).toThrow(USAGE);
    expect(() => pacing(line), line).toThrow(named);
  }
});

test('numbers beyond what can be sent are refused', () => {
  for (const line of [
    '--times 10001',
    '--times 0',
    '--qps 1000001',
    '--workers 0',
    '--workers 65',
    '--seed -1',
    '--seed 1.5',
    '--qps 5 --arrivals poisson --seed 4294967296',
  ]) {
    expect(() => pacing(line), line).toThrow(USAGE);
  }
});
