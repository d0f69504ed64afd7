/** What is left to the quicker matcher finds what RE2's automaton finds. */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { LinearExpression } from '../../emitter/rules/pattern/linear-expression.ts';
import { quickSource } from '../../emitter/rules/pattern/quick-expression.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  '/',
  '1',
  '\\d',
  '\\w',
  '.',
  '[^/]',
  '[ab]',
  '[^a1]',
  '[a-z]',
  '\\.',
  '\\-',
  '-',
  ' ',
);
const repeated = fc.tuple(atom, fc.constantFrom('', '', '', '*', '+', '?')).map(([one, repeat]) => one + repeat);
const choice = fc.constantFrom('(a|b)', '(ab|b1)', '(a|ab)', '(x|/y)');
const group = fc.array(repeated, { maxLength: 3 }).map((row) => `(${row.join('')})`);
const expression = fc
  .tuple(
    fc.constantFrom('^', '^', ''),
    fc.array(fc.oneof({ weight: 4, arbitrary: repeated }, choice, group), { maxLength: 6 }),
    fc.constantFrom('', '$'),
  )
  .map(([start, row, end]) => start + row.join('') + end);
const text = fc.array(fc.constantFrom('a', 'b', '/', '1', '.', '-', 'é', '😀', '\n', '\r', ' ', 'ab', 'b1'), {
  maxLength: 12,
});

function foundByAutomaton(source: string, among: string): unknown[] {
  const found: unknown[] = [];
  const automaton = RE2JS.compile(source);
  const matcher = automaton.matcher(among);
  while (matcher.find()) {
    const groups = Array.from({ length: automaton.groupCount() + 1 }, (_, place) => matcher.group(place) ?? undefined);
    found.push([matcher.start(), matcher.end(), groups]);
  }
  return found;
}

test('the same places and the same groups', () => {
  let quick = 0;
  fc.assert(
    fc.property(expression, text, (source, characters) => {
      const among = characters.join('');
      if (quickSource(source) !== undefined) quick++;
      const own = new LinearExpression(source);
      const found = own.findAll(among).map(({ start, end, groups }) => [start, end, [...groups]]);
      expect(found).toEqual(foundByAutomaton(source, among));
      expect(own.test(among)).toBe(found.length > 0);
    }),
    { numRuns: 5_000 },
  );
  expect(quick).toBeGreaterThan(500);
});
