import { expect, test } from 'vitest';
import { parseDuration, parseWait } from '../../../../cli/options/duration.ts';
import { collectPorts, parseCount, parsePercent, parsePositive, parseRate } from '../../../../cli/options/number.ts';
import { captureSpecOf, PROMPT } from '../../../../cli/options/source.ts';
import { parseTime } from '../../../../cli/options/time.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z') * 1000;
const USAGE = expect.objectContaining({ exitCode: 2, hint: expect.any(String) });

test('durations need a unit', () => {
  expect([parseDuration('500ms'), parseDuration('10s'), parseDuration('5m'), parseDuration('2h')]).toEqual([
    500, 10_000, 300_000, 7_200_000,
  ]);
  for (const text of ['10', '', 's', '-5s', '10 parsecs']) expect(() => parseDuration(text)).toThrow(USAGE);
});

test('what a timer could not wait for is refused, instead of being over at once', () => {
  expect(parseWait('24d')).toBe(24 * 86_400_000);
  for (const text of ['25d', '999999999999d']) expect(() => parseWait(text)).toThrow(USAGE);
});

test('times count back from now or are ISO, with microseconds, in UTC where no zone is given', () => {
  expect(parseTime('15m', NOW)).toBe(NOW - 900_000_000);
  expect(parseTime('2026-11-21T10:00Z', 0)).toBe(NOW);
  expect(parseTime('2026-11-21T10:00:00.000123Z', 0)).toBe(NOW + 123);
  expect(parseTime('2026-11-21T11:00:00+01:00', 0)).toBe(NOW);
  expect(parseTime('2026-11-21T10:00:00', 0)).toBe(NOW);
  expect(parseTime('2026-11-21', 0)).toBe(Date.parse('2026-11-21') * 1000);
  expect(parseTime('2026-11-21 10:00', 0)).toBe(NOW);
  expect(parseTime('2026-11-21T10:00:00.000123999Z', 0)).toBe(NOW + 123);
  for (const text of ['yesterday', '2026-13-40', '2026-02-30', '2026-11-21+02:00', '10:00'])
    expect(() => parseTime(text, NOW)).toThrow(USAGE);
});

test('ports may be repeated and listed', () => {
  expect(collectPorts('80', collectPorts('8080,9090'))).toEqual([8080, 9090, 80]);
  for (const text of ['0', '65536', 'http', '80,']) expect(() => collectPorts(text)).toThrow(USAGE);
});

test('numbers have bounds', () => {
  expect([parseCount('5'), parsePositive('2.5'), parseRate('max'), parseRate('100'), parsePercent('0.5%')]).toEqual([
    5,
    2.5,
    'max',
    100,
    0.5,
  ]);
  expect(() => parseCount('0')).toThrow(USAGE);
  expect(() => parsePositive('-1')).toThrow(USAGE);
  expect(() => parseRate('fast')).toThrow(USAGE);
  expect(() => parsePercent('101%')).toThrow(USAGE);
});

test('a live capture needs a port; another source does not', () => {
  const config = { services: [] };
  expect(() => captureSpecOf({}, config, PROMPT)).toThrow(USAGE);
  expect(captureSpecOf({ port: [80] }, config, PROMPT)).toMatchObject({ kind: 'live', interface: 'any' });
  expect(captureSpecOf({}, { services: [], capture: { interface: 'lo', ports: [80] } }, PROMPT)).toMatchObject({
    kind: 'live',
    interface: 'lo',
  });
  expect(captureSpecOf({ from: '-' }, config, PROMPT)).toEqual({ kind: 'stdin' });
  expect(captureSpecOf({ from: 'exec:ssh host tcpdump -w -' }, config, PROMPT)).toEqual({
    kind: 'command',
    command: 'ssh host tcpdump -w -',
  });
  expect(captureSpecOf({ from: 'a.pcap' }, config, PROMPT)).toEqual({ kind: 'file', path: 'a.pcap' });
  expect(() => captureSpecOf({ from: 'a.pcap', interface: 'lo' }, config, PROMPT)).toThrow(USAGE);
});
