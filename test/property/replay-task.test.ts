/** Whatever a document holds, it is a task or it is refused in words. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffTasks } from '../../cli/replay/task/diff-tasks.ts';
import { parseTask } from '../../cli/replay/task/parse-task.ts';
import type { ReplayTask } from '../../cli/replay/task/task.ts';
import { BytecopyError } from '../../core/index.ts';

const KEYS = [
  'to',
  'pools',
  'health',
  'units',
  'rules',
  'correlate',
  'balance',
  'qps',
  'setHeader',
  'loop',
  'from',
  'targets',
  'name',
  'check',
  'kind',
  'interval',
  'eject',
  'ranges',
  'match',
  'do',
  'learn',
  '__proto__',
];
const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());
const document = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.constantFrom('http://a:1', '1s', 'dns', 'http', 'x'),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
})).value;

function tried(text: string): ReplayTask | undefined {
  try {
    return parseTask(text, 'task.yaml');
  } catch (error) {
    if (!(error instanceof BytecopyError)) throw error;
    expect(error.code).toBe('TASK_INVALID');
    for (const line of error.message.split('\n').slice(1)) expect(line).toMatch(/^ {2}(line \d+, \S|and \d)/);
    return undefined;
  }
}

test('any value, also at each known key', () => {
  fc.assert(
    fc.property(document, fc.constantFrom('', ...KEYS), (value, at) => {
      tried(JSON.stringify(at === '' ? value : { [at]: value }));
    }),
    { numRuns: 1_000 },
  );
});

test('any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => void tried(text)),
    { numRuns: 1_000 },
  );
});

const target = fc.record({
  to: fc.integer({ min: 1, max: 6 }).map((n) => `http://10.0.0.${n}:80`),
  weight: fc.integer({ min: 0, max: 5 }),
});
const pools = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    weight: fc.integer({ min: 0, max: 3 }),
    targets: fc.uniqueArray(target, { selector: ({ to }) => to, minLength: 1 }),
  }),
  { selector: ({ name }) => name, minLength: 1 },
);

test('what is safe, applied, leaves only what is unsafe', () => {
  fc.assert(
    fc.property(pools, pools, (one, other) => {
      const [before, after] = [one, other].map((list) => parseTask(JSON.stringify({ pools: list }), 'task.yaml'));
      if (before === undefined || after === undefined) throw new Error('two tasks');
      const { unsafe, inEffect } = diffTasks(before, after);
      const again = diffTasks(inEffect, after);
      expect(again.safe).toEqual([]);
      expect(again.unsafe).toEqual(unsafe);
    }),
  );
});
