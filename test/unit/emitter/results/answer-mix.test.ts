import { expect, test } from 'vitest';
import { AnswerMix } from '../../../../emitter/results/answer-mix.ts';

test('answers stand beside the recorded ones, and what changed is told most frequent first', () => {
  const mix = new AnswerMix();
  for (const [times, recorded, answered] of [
    [90, '200', '200'],
    [8, '200', '401'],
    [12, '200', '503'],
    [3, 'reply', 'exception'],
    [4, '', '200'],
  ] as const) {
    for (let time = 0; time < times; time++) mix.add(recorded, answered);
  }
  expect(mix.report()).toEqual({
    answered: { '200': 94, '401': 8, '503': 12, exception: 3 },
    recorded: { '200': 110, none: 4, reply: 3 },
    changed: 23,
    changes: [
      { recorded: '200', answered: '503', count: 12 },
      { recorded: '200', answered: '401', count: 8 },
      { recorded: 'reply', answered: 'exception', count: 3 },
    ],
  });
});

test('a target that makes up answers makes neither memory nor report grow, and each is counted', () => {
  const mix = new AnswerMix();
  for (let status = 0; status < 5_000; status++) mix.add('200', `x${status}`);
  for (let recorded = 0; recorded < 5_000; recorded++) mix.add(`y${recorded}`, '200');
  const { answered, changed, changes } = mix.report();
  expect(changed).toBe(10_000);
  expect(answered.others).toBe(9_000);
  expect(Object.values(answered).reduce((sum, count) => sum + count)).toBe(10_000);
  expect(changes).toHaveLength(20);
  expect(mix.snapshot().pairs).toHaveLength(1_001);
});
