/** Text patterns: an exact text, one with `*` and `?`, or `re:` and an expression that may match anywhere. */
import { matchesWildcard } from '../../../core/index.ts';
import { expressionProblem, LinearExpression } from './linear-expression.ts';

export type TextTest = (text: string) => boolean;

const EXPRESSION = 're:';

/** The expression of a pattern that is one. */
export function expressionOf(pattern: string): LinearExpression | undefined {
  return pattern.startsWith(EXPRESSION) ? new LinearExpression(pattern.slice(EXPRESSION.length)) : undefined;
}

/** @returns why an expression is none; undefined for all other texts */
export function patternProblem(pattern: string): string | undefined {
  return pattern.startsWith(EXPRESSION) ? expressionProblem(pattern.slice(EXPRESSION.length)) : undefined;
}

/** Whether any of the patterns is what the text is. */
export function compilePatterns(patterns: readonly string[]): TextTest {
  return anyOf(patterns.map(compilePattern));
}

/** Whether any of the patterns is in the text: wildcards are none here. */
export function compileContained(patterns: readonly string[]): TextTest {
  return anyOf(
    patterns.map((pattern) => {
      const expression = expressionOf(pattern);
      return expression === undefined ? (text) => text.includes(pattern) : (text) => expression.test(text);
    }),
  );
}

function compilePattern(pattern: string): TextTest {
  const expression = expressionOf(pattern);
  if (expression !== undefined) return (text) => expression.test(text);
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const start = pattern.slice(0, -1);
  if (pattern.endsWith('*') && !/[*?]/.test(start)) return (text) => text.startsWith(start);
  return (text) => matchesWildcard(pattern, text);
}

function anyOf(tests: readonly TextTest[]): TextTest {
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (text) => {
    for (const test of tests) if (test(text)) return true;
    return false;
  };
}
