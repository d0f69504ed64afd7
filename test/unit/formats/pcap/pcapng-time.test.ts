import { expect, test } from 'vitest';
import { formatIsoTime } from '../../../../core/index.ts';
import { ticksToMicros, toTickLength } from '../../../../formats/pcap/pcapng-time.ts';

test('a time of a broken file can be written down, whatever its resolution', () => {
  for (const resolution of [0, 3, 6, 9, 0x80, 0x80 | 10]) {
    const micros = ticksToMicros(toTickLength(resolution), 0xffffffff, 0xffffffff);
    expect(Number.isSafeInteger(micros)).toBe(true);
    expect(formatIsoTime(micros)).toMatch(/^\d{4}-/);
  }
});

test('usual times are exact', () => {
  expect(ticksToMicros(toTickLength(6), 0x0005_0000, 7)).toBe(0x0005_0000 * 2 ** 32 + 7);
  expect(ticksToMicros(toTickLength(3), 0x18c, 0x1234_5678)).toBe((0x18c * 2 ** 32 + 0x1234_5678) * 1000);
});
