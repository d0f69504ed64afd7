/**
 * Replacing what a pattern finds: every occurrence, from left to right.
 *
 *   re:^/v1/(\w+)   with /v2/$1     $1, ${1} and ${name} are groups, $0 all that was found, $$ is $
 *   a plain text    with a text     both as they are
 */

import type { Found, LinearExpression } from './linear-expression.ts';
import { expressionOf, patternProblem } from './text-pattern.ts';

export interface ReplacementOptions {
  readonly pattern: string;
  readonly with: string;
}

/** @returns undefined where nothing was found */
export type Replacement = (text: string) => string | undefined;

const PLACEHOLDER = /\$(?:(\$)|(\d)|\{(\w+)\})/g;

/** @returns what is wrong with the template, such as a group that there is not; nothing about a pattern that is wrong itself */
export function replacementProblem({ pattern, with: template }: ReplacementOptions): string | undefined {
  if (patternProblem(pattern) !== undefined) return undefined;
  const expression = expressionOf(pattern);
  if (expression === undefined) return pattern === '' ? 'an empty text is everywhere' : undefined;
  for (const [written, dollar, digit, name] of template.matchAll(PLACEHOLDER)) {
    if (dollar === undefined && groupOf(expression, digit ?? (name as string)) === undefined) {
      return `${written} is no group of the expression; $$ is a $`;
    }
  }
  return undefined;
}

/** @param options without a {@link replacementProblem} */
export function compileReplacement({ pattern, with: template }: ReplacementOptions): Replacement {
  const expression = expressionOf(pattern);
  if (expression === undefined) {
    return (text) => (text.includes(pattern) ? text.replaceAll(pattern, () => template) : undefined);
  }
  const pieces = compileTemplate(expression, template);
  return (text) => {
    let at = 0;
    let out = '';
    const all = expression.findAll(text);
    if (all.length === 0) return undefined;
    for (const found of all) {
      out += text.slice(at, found.start) + filledIn(pieces, found);
      at = found.end;
    }
    return out + text.slice(at);
  };
}

/** Texts, and numbers of groups. */
function compileTemplate(expression: LinearExpression, template: string): readonly (string | number)[] {
  const pieces: (string | number)[] = [];
  let at = 0;
  for (const { 0: written, 1: dollar, 2: digit, 3: name, index } of template.matchAll(PLACEHOLDER)) {
    pieces.push(template.slice(at, index));
    pieces.push(dollar ?? groupOf(expression, digit ?? (name as string)) ?? written);
    at = index + written.length;
  }
  pieces.push(template.slice(at));
  return pieces.filter((piece) => piece !== '');
}

function groupOf(expression: LinearExpression, name: string): number | undefined {
  const number = /^\d+$/.test(name) ? Number(name) : expression.groupNumber(name);
  return number !== undefined && number <= expression.groupCount ? number : undefined;
}

function filledIn(pieces: readonly (string | number)[], { groups }: Found): string {
  let out = '';
  for (const piece of pieces) out += typeof piece === 'string' ? piece : (groups[piece] ?? '');
  return out;
}
