import { describe, expect, test } from 'vitest';
import { expressionProblem, LinearExpression } from '../../../../../emitter/rules/pattern/linear-expression.ts';
import { compileReplacement, replacementProblem } from '../../../../../emitter/rules/pattern/replacement.ts';

test.each(['(a+)+$', '(a|aa)+$', '(.*)*x', '^.*.*.*x', '([a-z]+)*!'])('%s ends on a text made to hurt', (source) => {
  expect(new LinearExpression(source).test(`${'a'.repeat(20_000)}-`)).toBe(false);
});

test.each(['a(?=b)', '(?<!a)b', '(a)\\1', '(', 'a{2000}', '[z-a]'])('%s is refused', (source) => {
  expect(expressionProblem(source)).toMatch(/^not an expression of RE2: /);
});

describe('replacing', () => {
  const replaced = (pattern: string, by: string, text: string) => compileReplacement({ pattern, with: by })(text);

  test.each([
    ['a text', 'a.b', '$1', 'xa.bya.b', 'x$1y$1'],
    ['groups', 're:(\\w)=(\\d)', '$2=$1', 'a=1&b=2', '1=a&2=b'],
    ['groups behind a digit', 're:^/v(\\d)', `/${'$'}{1}0`, '/v1/x', '/10/x'],
    ['named groups', 're:(?P<verb>\\w+)', `<${'$'}{verb}>`, 'a b', '<a> <b>'],
    ['all of it, and a dollar', 're:b+', '$0$$', 'abbc', 'abb$c'],
    ['a group that took no part', 're:(a)|(b)', '[$1]', 'ab', '[a][]'],
    ['an empty place', 're:^', 'x', 'ab', 'xab'],
    ['letters beyond the first plane', 're:^(.)', '$1$1', '😀!', '😀😀!'],
  ])('%s', (_, pattern, by, text, expected) => {
    expect(replaced(pattern, by, text)).toBe(expected);
  });

  test('what is not found is told', () => {
    expect(replaced('re:x', 'y', 'abc')).toBeUndefined();
    expect(replaced('x', 'y', 'abc')).toBeUndefined();
  });

  test('groups that there are not are refused', () => {
    expect(replacementProblem({ pattern: 're:(a)', with: '$2' })).toBe('$2 is no group of the expression; $$ is a $');
    expect(replacementProblem({ pattern: 're:(a)', with: `${'$'}{name}` })).toContain('is no group');
    expect(replacementProblem({ pattern: 're:(a)', with: '$1$$2' })).toBeUndefined();
    expect(replacementProblem({ pattern: '', with: 'x' })).toBe('an empty text is everywhere');
  });
});
