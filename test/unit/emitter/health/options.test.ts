import { expect, test } from 'vitest';
import { healthSchema } from '../../../../emitter/health/options.ts';

function faults(options: unknown): string[] {
  const { error } = healthSchema.safeParse(options);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('nothing said: no checks, and ejection', () => {
  expect(healthSchema.parse({})).toEqual({
    intervalMs: 1_000,
    timeoutMs: 500,
    rise: 2,
    fall: 3,
    returnAfterMs: 5_000,
    backOff: 2,
    forgetAfterMs: 600_000,
    maxReturnAfterMs: 300_000,
    rampMs: 30_000,
    eject: { failureShare: 0.5, windowMs: 10_000, atLeast: 20, mostEjectedShare: 0.5 },
  });
});

test('a Thrift check is a framed binary ping', () => {
  expect(healthSchema.parse({ check: { kind: 'thrift' } }).check).toEqual({
    kind: 'thrift',
    function: 'ping',
    transport: 'framed',
    protocol: 'binary',
  });
});

test('a check has to end before the next begins', () => {
  expect(faults({ intervalMs: 200, timeoutMs: 500 })).toEqual([
    'timeoutMs: a check ends before the next begins: at most intervalMs',
  ]);
});

test('a short interval alone is no contradiction: a check may take all of it', () => {
  const options = healthSchema.parse({ intervalMs: 200 });
  expect(options.timeoutMs).toBe(200);
  expect(healthSchema.parse(options)).toEqual(options);
});

test.each([
  [{ check: { kind: 'http', path: 'up' } }, 'check.path'],
  [{ check: { kind: 'http', path: '/a b' } }, 'check.path'],
  [{ check: { kind: 'http', path: '/', host: 'a\r\nb' } }, 'check.host'],
  [{ check: { kind: 'udp' } }, 'check.kind'],
  [{ eject: { failureShare: 0 } }, 'eject.failureShare'],
  [{ fall: 0 }, 'fall'],
  [{ colour: 'red' }, ''],
])('%j is refused', (options, path) => {
  expect(faults(options).map((fault) => fault.split(':')[0])).toEqual([path]);
});
