import { expect, test } from 'vitest';
import { BytecopyError, formatPlan, parsePlan } from '../../../../core/index.ts';

test.each([
  ['hold:2000/5m', [{ kind: 'hold', perSecond: 2_000, durationMs: 300_000 }]],
  ['hold:0.5/1h', [{ kind: 'hold', perSecond: 0.5, durationMs: 3_600_000 }]],
  ['ramp:100-2000/60s', [{ kind: 'ramp', from: 100, to: 2_000, durationMs: 60_000 }]],
  ['ramp:50-0/1.5s', [{ kind: 'ramp', from: 50, to: 0, durationMs: 1_500 }]],
  ['sine:100-500~30s/10m', [{ kind: 'sine', min: 100, max: 500, periodMs: 30_000, durationMs: 600_000 }]],
  ['shape:500', [{ kind: 'shape', perSecond: 500, durationMs: undefined }]],
  ['shape:500/10m', [{ kind: 'shape', perSecond: 500, durationMs: 600_000 }]],
])('%s', (text, phases) => expect(parsePlan(text)).toEqual(phases));

test('phases follow each other, with blanks where one likes', () => {
  expect(parsePlan(' ramp : 0 - 10 / 500 ms , pause: 10s,hold:10/1s ')).toEqual([
    { kind: 'ramp', from: 0, to: 10, durationMs: 500 },
    { kind: 'hold', perSecond: 0, durationMs: 10_000 },
    { kind: 'hold', perSecond: 10, durationMs: 1_000 },
  ]);
});

test('steps are holds of equal length, from the first rate to the last', () => {
  const steps = parsePlan('steps:100-2000x5/60s');
  expect(steps.map((step) => 'perSecond' in step && step.perSecond)).toEqual([100, 575, 1_050, 1_525, 2_000]);
  expect(steps.every((step) => step.kind === 'hold' && step.durationMs === 12_000)).toBe(true);
  expect(parsePlan('steps:30-10x3/3s').map((step) => 'perSecond' in step && step.perSecond)).toEqual([30, 20, 10]);
});

test('a plan says in its own words what it is', () => {
  const text = 'ramp:100-2000/1m,pause:10s,sine:1-2.5~500ms/1h,shape:7,shape:7/1m,hold:10/1500ms';
  expect(formatPlan(parsePlan(text))).toBe(text);
  expect(formatPlan([{ kind: 'weights', perSecond: 5, weights: [1, 2], durationMs: 2_000 }])).toBe('shape:5/2s');
});

test.each([
  ['', 'it is empty'],
  ['hold:10/1s,,hold:10/1s', 'phase 2'],
  ['hold', 'nothing follows hold'],
  ['fly:10/1s', 'begins with none of hold, ramp, steps, sine, pause, shape'],
  ['toString:10/1s', 'begins with none of'],
  ['hold:10', 'its duration is missing'],
  ['hold:10/1s/2s', '"1s/2s" is no duration'],
  ['hold:10/5', '"5" is no duration'],
  ['hold:10/0s', '"0s" is no duration'],
  ['hold:10/745h', '"745h" is no duration'],
  ['hold:0/1s', '"0" is no rate'],
  ['hold:-5/1s', '"-5" is no rate'],
  ['hold:1e3/1s', '"1e3" is no rate'],
  ['hold:1 0/1s', '"1 0" is no rate'],
  ['hold:Infinity/1s', '"Infinity" is no rate'],
  [`hold:${'9'.repeat(400)}/1s`, 'is no rate'],
  ['hold:1000001/1s', '0.001 to 1000000'],
  ['hold:0.0001/1s', 'is no rate'],
  ['ramp:10/1s', '"10" is no range'],
  ['ramp:0-0/1s', 'both ends are 0'],
  ['ramp:-1-5/1s', '"" is no rate'],
  ['steps:1-5/1s', 'number of steps'],
  ['steps:1-5x1/1s', 'number of steps'],
  ['steps:1-5x2.5/1s', 'number of steps'],
  ['steps:1-5x1001/1h', 'number of steps'],
  ['steps:0-5x2/1s', 'a step of 0'],
  ['steps:1-5x1000/1ms', 'a step is shorter'],
  ['sine:1-5/1s', 'missing behind ~'],
  ['sine:5-5~1s/1s', 'must be less'],
  ['pause:10s', 'all its phases are pauses'],
  ['pause:', '"" is no duration'],
  [Array.from({ length: 1_001 }, () => 'hold:1/1s').join(','), 'more than 1000 phases'],
])('%s is refused in words', (text, found) => {
  try {
    parsePlan(text);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(BytecopyError);
    const { code, message, hint, exitCode } = error as BytecopyError;
    expect({ code, exitCode }).toEqual({ code: 'PLAN_INVALID', exitCode: 2 });
    expect(message).toContain(found);
    expect(message.length).toBeLessThan(300);
    expect(hint).toContain('ramp:100-2000/60s');
  }
});

test('the hint shows a phase of the same kind', () => {
  expect(() => parsePlan('sine:1-2/3s')).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/^such as sine:/) }),
  );
});
