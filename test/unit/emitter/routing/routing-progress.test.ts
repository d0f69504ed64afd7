import { expect, test } from 'vitest';
import { mergeProgress } from '../../../../emitter/results/merge-progress.ts';
import { NO_PROGRESS } from '../../../../emitter/results/report.ts';

test('targets that one of several workers has out are told once, and what they hold adds up', () => {
  const routing = { targets: 3, out: ['a:80'], held: 2 };
  const workers = [
    { ...NO_PROGRESS, routing },
    { ...NO_PROGRESS, routing: { targets: 3, out: ['a:80', 'b:80'], held: 5 } },
  ];
  expect(mergeProgress(workers).routing).toEqual({ targets: 3, out: ['a:80', 'b:80'], held: 7 });
  expect(mergeProgress([{ ...NO_PROGRESS, routing }, NO_PROGRESS]).routing).toEqual(routing);
});
