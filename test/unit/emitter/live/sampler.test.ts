import { expect, test } from 'vitest';
import { Sampler } from '../../../../emitter/live/sampler.ts';

const flows = Array.from({ length: 20_000 }, (_, index) => index.toString(16).padStart(16, '0'));

test.each([0, 1, 10, 50, 100])('%i percent takes about that share', (percent) => {
  const sampler = new Sampler(percent);
  const taken = flows.filter((flow) => sampler.takes(undefined, flow)).length;
  expect(Math.abs(taken / flows.length - percent / 100)).toBeLessThan(0.01);
});

test('the trace decides where there is one, the flow otherwise, and a larger share holds the smaller', () => {
  const [small, large] = [new Sampler(20), new Sampler(40)];
  for (const trace of flows) {
    expect(small.takes(trace, 'one')).toBe(small.takes(trace, 'other'));
    expect(small.takes('', trace)).toBe(small.takes(undefined, trace));
    if (small.takes(trace, 'one')) expect(large.takes(trace, 'one')).toBe(true);
  }
});
