import { expect, test } from 'vitest';
import type { PacingFlags } from '../../../../cli/options/pacing.ts';
import { type AnnouncedSending, announce } from '../../../../cli/replay/announcement.ts';
import { prospectOf } from '../../../../cli/replay/prospect.ts';
import { parsePlan } from '../../../../core/index.ts';
import { plan, steady } from './planned.ts';

const SENDING: AnnouncedSending = { to: 'http://a:80', writes: 'allow', connections: 128 };

function announced(flags: PacingFlags, expected = steady(10, 600), sending: Partial<AnnouncedSending> = {}) {
  const settled = plan(flags, expected);
  return announce(expected, settled, prospectOf(settled, expected), { ...SENDING, ...sending }).split('\n');
}

test('how many, where to, for how long and how fast come first', () => {
  const first = (flags: PacingFlags) => announced(flags)[0];
  expect(first({})).toBe('replaying 6,000 sends to http://a:80 in 10 min 0 s, at most about 10/s');
  expect(first({ speed: 60 })).toBe('replaying 6,000 sends to http://a:80 in 10 s, at most about 600/s');
  expect(first({ qps: 1_000 })).toBe('replaying 6,000 sends to http://a:80 in 6 s at 1,000/s');
  expect(first({ qps: 5, loop: true })).toBe('replaying requests to http://a:80 until stopped at 5/s');
  expect(first({ qps: 'max' })).toBe('replaying 6,000 sends to http://a:80, as fast as it answers');
  expect(first({ qps: 'max', loop: true })).toBe(
    'replaying requests to http://a:80 until stopped, as fast as it answers',
  );
  expect(first({ qps: 'max', duration: 5_000, loop: true })).toBe(
    'replaying requests to http://a:80 within 5 s, as fast as it answers',
  );
  expect(first({ plan: parsePlan('ramp:0-100/60s') })).toBe(
    'replaying 3,000 sends to http://a:80 in 1 min 0 s, at most 100/s',
  );
});

test('a number that chance or a limit of time decides is about so', () => {
  const first = (flags: PacingFlags) => announced(flags)[0];
  expect(first({ qps: 100, arrivals: 'poisson', duration: 1_000 })).toContain('about 100 sends');
  expect(first({ plan: parsePlan('hold:100/1s'), arrivals: 'poisson' })).toContain('about 100 sends');
  expect(first({ duration: 60_000 })).toContain('about 600 sends');
  expect(first({ qps: 100, arrivals: 'poisson' })).toContain('replaying 6,000 sends');
});

test('how traffic is multiplied, and why so where nobody said how', () => {
  const line = (flags: PacingFlags) => announced(flags).find((one) => one.startsWith('  by '));
  expect(line({})).toBeUndefined();
  expect(line({ times: 4 })).toMatch(/^ {2}by overlay: 4 slices of 2 min 30 s over each other, because /);
  expect(line({ times: 2.5, by: 'overlay' })).toBe('  by overlay: 3 slices of 4 min 0 s over each other');
  expect(line({ times: 3, by: 'speed' })).toBe('  by speed: the recorded rhythm compressed 3 times');
  expect(line({ times: 3, by: 'copies' })).toBe('  by copies: each request is sent 3 times');
  expect(line({ times: 3.5, by: 'copies' })).toBe('  by copies: each request is sent 3.5 times in the mean');
  expect(line({ times: 0.25 })).toBe('  by copies: one of every 4 requests is sent');
});

test('what stays behind is told by reason, writes by operation and what becomes of them', () => {
  const expected = steady(10, 600, {
    exchanges: 6_007,
    leftBehind: { incomplete: 2, 'write-not-allowed': 5 },
    writes: [{ operation: 'POST /cart', count: 5 }],
  });
  expect(announced({}, expected, { writes: 'skip' })).toEqual(
    expect.arrayContaining([
      '  7 of 6,007 exchanges stay behind: 5 write-not-allowed, 2 incomplete',
      '  writes, which stay behind: 5 × POST /cart',
    ]),
  );
  expect(announced({}, expected)).toContain('  writes, which are sent: 5 × POST /cart');
  const one = steady(10, 600, { exchanges: 6_001, leftBehind: { incomplete: 1 } });
  expect(announced({}, one)).toContain('  1 of 6,001 exchanges stays behind: 1 incomplete');
  const ruled = steady(10, 600, { exchanges: 6_003, leftBehind: { filtered: 3 } });
  expect(announced({}, ruled)).toContain('  3 of 6,003 exchanges stay behind: 3 left out by rules');
});

test('passes, sessions and connections', () => {
  expect(announced({ loop: 3 })).toContain('  in 3 passes over the recording');
  expect(announced({ loop: true })).toContain('  passing over the recording again and again');
  expect(announced({ plan: parsePlan('hold:1000/15s') })).toContain('  in 3 passes over the recording');
  expect(announced({ plan: parsePlan('hold:10/15s') })).toContain('  within one pass over the recording');
  expect(announced({ loop: 3, times: 0.00001 }).join()).not.toContain('over the recording');
  const keyless = announced({ session: 'header:X-Typo' }, steady(10, 600, { sessions: { count: 0, more: false } }));
  expect(keyless.slice(-2)).toEqual([
    '  no request has the session key header:X-Typo, so none waits for another',
    '  on at most 128 connections',
  ]);
  const many = steady(10, 600, { sessions: { count: 100_000, more: true } });
  expect(announced({ session: 'client' }, many).at(-1)).toBe(
    '  more than 100,000 sessions, on at most 128 connections',
  );
  expect(announced({}).at(-1)).toBe('  on at most 128 connections');
});

test('what is as usual is left out, what is not is said as fast as possible too', () => {
  expect(announced({ qps: 'max' })).toHaveLength(2);
  expect(announced({ qps: 'max', session: 'client', workers: 2 })[1]).toBe(
    '  as fast as the target answers; in order within each client; 2 workers',
  );
});

test('nothing from the wire or the command line steers the terminal', () => {
  const expected = steady(10, 1, { writes: [{ operation: 'POST /\x9b31m', count: 1 }] });
  const text = announced({ session: 'header:\x1b[2J' }, expected, { to: 'http://\x1b[2J' }).join('\n');
  expect(text).toContain('1 × POST /\\x9b31m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(text).not.toMatch(/[\x1b\x9b]/);
});
