/**
 * Expressions of users, in time linear in the text whatever they say: RE2's syntax and meaning (no back references, no
 * looking around), by `re2js`. What its automaton and V8's matcher agree on without ever going back is left to the
 * quicker one (quick-expression.ts).
 *
 * Source: https://github.com/google/re2/wiki/Syntax.
 */
import { RE2JS } from 're2js';
import { quickSource } from './quick-expression.ts';

/** What is found in a text. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** Place 0 is all of it; undefined for groups that took no part. */
  readonly groups: readonly (string | undefined)[];
}

/** @returns why the text is no expression; undefined for one that is */
export function expressionProblem(source: string): string | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    return `not an expression of RE2: ${(error as Error).message.slice(0, 200)}`;
  }
}

export class LinearExpression {
  readonly #automaton: RE2JS;
  readonly #quick: RegExp | undefined;

  /** @param source one without an {@link expressionProblem} */
  constructor(source: string) {
    this.#automaton = RE2JS.compile(source);
    const quick = quickSource(source);
    this.#quick = quick === undefined ? undefined : new RegExp(quick);
  }

  get groupCount(): number {
    return this.#automaton.groupCount();
  }

  /** Number of a named group; undefined where there is none of that name. */
  groupNumber(name: string): number | undefined {
    const names = this.#automaton.namedGroups();
    return Object.hasOwn(names, name) ? names[name] : undefined;
  }

  test(text: string): boolean {
    return this.#quick === undefined ? this.#automaton.test(text) : this.#quick.test(text);
  }

  /** The leftmost place; the empty match counts. */
  find(text: string): Found | undefined {
    if (this.#quick === undefined) return this.#matches(text, 1)[0];
    const match = this.#quick.exec(text);
    return match === null ? undefined : { start: match.index, end: match.index + match[0].length, groups: match };
  }

  /** All places from left to right that do not overlap. */
  findAll(text: string): readonly Found[] {
    if (this.#quick === undefined) return this.#matches(text, Number.POSITIVE_INFINITY);
    // A quick expression is bound to the beginning of the text.
    const found = this.find(text);
    return found === undefined ? [] : [found];
  }

  #matches(text: string, most: number): readonly Found[] {
    const found: Found[] = [];
    const matcher = this.#automaton.matcher(text);
    while (found.length < most && matcher.find()) {
      const groups: (string | undefined)[] = [];
      for (let place = 0; place <= this.groupCount; place++) groups.push(matcher.group(place) ?? undefined);
      found.push({ start: matcher.start(), end: matcher.end(), groups });
    }
    return found;
  }
}
