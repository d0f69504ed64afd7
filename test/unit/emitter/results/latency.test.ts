import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { bucketOf, highestIn, MAX_MICROS } from '../../../../emitter/results/buckets.ts';
import { hgrmOf } from '../../../../emitter/results/hgrm.ts';
import { LatencyHistogram } from '../../../../emitter/results/latency.ts';
import { RecentWindow } from '../../../../emitter/results/recent-window.ts';
import { SparseHistogram } from '../../../../emitter/results/sparse-histogram.ts';

const micros = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.integer({ min: 0, max: MAX_MICROS }),
);

function of(values: Iterable<number>, digits: 2 | 3 = 3): LatencyHistogram {
  const histogram = new LatencyHistogram(digits);
  for (const value of values) histogram.record(value);
  return histogram;
}

test('every value lies in its bucket, and the buckets come one after the other', () => {
  for (const bits of [5, 6, 7, 10] as const) {
    for (const value of [0, 1, 63, 64, 127, 128, 129, 2_047, 2_048, 2_049, 4_095, 4_096, 1_000_000, MAX_MICROS]) {
      const bucket = bucketOf(value, bits);
      expect(highestIn(bucket, bits)).toBeGreaterThanOrEqual(value);
      if (bucket > 0) expect(highestIn(bucket - 1, bits)).toBeLessThan(value);
    }
  }
});

test.each([2, 3] as const)('percentiles are those of HdrHistogram with %i digits', (digits) => {
  fc.assert(
    fc.property(
      fc.array(micros, { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0, 1, 50, 90, 99, 99.9, 100),
      (values, percent) => {
        const hdr = build({
          highestTrackableValue: MAX_MICROS,
          numberOfSignificantValueDigits: digits,
          useWebAssembly: false,
        });
        for (const value of values) hdr.recordValue(value);
        const theirs = percent === 0 ? hdr.getValueAtPercentile(1e-9) : hdr.getValueAtPercentile(percent);
        expect(of(values, digits).percentile(percent)).toBe(Math.min(theirs, Math.max(...values)));
      },
    ),
  );
});

test('1 to 1,000 µs have the percentiles that one expects', () => {
  const thousand = of(Array.from({ length: 1_000 }, (_, index) => index + 1));
  expect(thousand.percentiles()).toEqual({
    count: 1_000,
    p50: 500,
    p90: 900,
    p99: 990,
    p999: 999,
    max: 1_000,
    mean: 501,
  });
  expect(thousand.min).toBe(1);
});

test('nothing recorded is all zeros', () => {
  expect(of([]).percentiles()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 });
  expect(of([]).min).toBe(0);
  expect(new SparseHistogram().percentile(99)).toBe(0);
});

test('what is below 0, beyond an hour or no number at all is kept within bounds', () => {
  const odd = of([-5, Number.NaN, Number.POSITIVE_INFINITY, 1.4]);
  expect([odd.min, odd.percentile(75), odd.max]).toEqual([0, 1, MAX_MICROS]);
});

test('histograms of any parts add up to the histogram of all', () => {
  fc.assert(
    fc.property(fc.array(fc.array(micros, { maxLength: 50 }), { maxLength: 5 }), (parts) => {
      const joined = new LatencyHistogram();
      const sparse = new SparseHistogram();
      for (const part of parts) {
        joined.add(of(part).snapshot());
        const other = new SparseHistogram();
        for (const value of part) other.record(value);
        sparse.add(other.snapshot());
      }
      expect(joined.snapshot()).toEqual(of(parts.flat()).snapshot());
      const whole = new SparseHistogram();
      for (const value of parts.flat()) whole.record(value);
      expect(sparse.snapshot()).toEqual(whole.snapshot());
    }),
  );
});

test('a sparse histogram is within 3.2 % and knows its maximum', () => {
  const sparse = new SparseHistogram();
  for (let value = 1_000; value > 0; value--) sparse.record(value * 1_000);
  for (const percent of [1, 50, 99, 100]) {
    expect(Math.abs(sparse.percentile(percent) / (percent * 10_000) - 1)).toBeLessThan(0.032);
  }
  expect(sparse.max).toBe(1_000_000);
});

test('the last ten seconds forget what came before', () => {
  const recent = new RecentWindow();
  const p99At = (second: number) => {
    recent.roll(second * 1_000_000);
    return recent.percentile(99);
  };
  expect(p99At(0)).toBe(0);
  recent.record(5_000);
  expect(p99At(4)).toBe(5_055);
  recent.record(100);
  expect(p99At(10.9)).toBe(5_055);
  expect(p99At(11)).toBe(100);
  expect(p99At(15)).toBe(0);
  recent.record(7);
  expect(p99At(1_000_000)).toBe(0);
});

test('a .hgrm file has HdrHistogram’s columns in ms, and its summary', () => {
  const lines = hgrmOf(of(Array.from({ length: 100 }, (_, index) => (index + 1) * 1_000))).split('\n');
  expect(lines[0]?.trim().split(/\s+/)).toEqual(['Value', 'Percentile', 'TotalCount', '1/(1-Percentile)']);
  const rows = lines.filter((line) => /^\s*\d/.test(line)).map((line) => line.trim().split(/\s+/));
  expect(rows[0]).toEqual(['1.000', '0.000000000000', '1', '1.00']);
  expect(rows.find(([, share]) => share === '0.500000000000')).toEqual(['50.015', '0.500000000000', '50', '2.00']);
  expect(rows.at(-1)?.slice(0, 3)).toEqual(['100.031', '1.000000000000', '100']);
  expect(lines.find((line) => line.startsWith('#[Max'))).toMatch(/Max\s+=\s+100\.000, Total count\s+=\s+100\]/);
});
