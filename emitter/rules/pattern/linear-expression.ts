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
    this.#quick = quick === undefined ? undefined : new RegExp(quick, 'gu');
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
    if (this.#quick === undefined) return this.#automaton.test(text);
    this.#quick.lastIndex = 0;
    return this.#quick.test(text);
  }

  /** All places from left to right that do not overlap; an empty one counts. */
  findAll(text: string): readonly Found[] {
    return this.#quick === undefined ? this.#searched(text) : this.#found(text, this.#quick);
  }

  #found(text: string, quick: RegExp): readonly Found[] {
    const all: Found[] = [];
    quick.lastIndex = 0;
    for (let match = quick.exec(text); match !== null; match = quick.exec(text)) {
      const { index } = match;
      all.push({ start: index, end: index + match[0].length, groups: match });
      // Only one that is bound to the beginning may be empty.
      if (match[0] === '') break;
    }
    return all;
  }

  #searched(text: string): readonly Found[] {
    const all: Found[] = [];
    const matcher = this.#automaton.matcher(text);
    const { groupCount } = this;
    while (matcher.find()) {
      const groups: (string | undefined)[] = [];
      for (let place = 0; place <= groupCount; place++) groups.push(matcher.group(place) ?? undefined);
      all.push({ start: matcher.start(), end: matcher.end(), groups });
    }
    return all;
  }
}
