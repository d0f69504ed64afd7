/** A query's text with a cursor; errors show where in it they were found. */
import { BytecopyError } from '../errors.ts';
import type { Micros } from '../units.ts';

/** Longer queries are refused: parsing and matching cost no more than this allows. */
export const MAX_QUERY_CHARACTERS = 8192;

export class QueryText {
  /** What times within it count back from. */
  readonly now: Micros | undefined;
  readonly #text: string;
  position = 0;

  constructor(text: string, now?: Micros) {
    this.now = now;
    this.#text = text;
    if (text.length > MAX_QUERY_CHARACTERS) {
      this.position = MAX_QUERY_CHARACTERS;
      throw new BytecopyError(
        'QUERY_INVALID',
        `a query of ${text.length} characters; at most ${MAX_QUERY_CHARACTERS}`,
        {
          hint: 'put it together from several shorter ones',
          exitCode: 2,
        },
      );
    }
  }

  get ended(): boolean {
    return this.position >= this.#text.length;
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.#text.charAt(this.position);
  }

  skipSpaces(): void {
    while (!this.ended && isSpace(this.next)) this.position++;
  }

  /** Takes the text when it is next. */
  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.position)) return false;
    this.position += text.length;
    return true;
  }

  /** Takes the word when it is next and ends there. */
  takeWord(word: string): boolean {
    const after = this.#text.charAt(this.position + word.length);
    if (after !== '' && !isSpace(after) && after !== '(' && after !== ')') return false;
    return this.take(word);
  }

  /** Takes characters as long as they satisfy the test. */
  takeWhile(takes: (character: string) => boolean): string {
    const start = this.position;
    while (!this.ended && takes(this.next)) this.position++;
    return this.#text.slice(start, this.position);
  }

  /** What is wrong at a position (the cursor's where none is given), with a caret below it. */
  error(finding: string, hint?: string, position = this.position): BytecopyError {
    const shown = this.#text.replace(/\p{Cc}/gu, ' ');
    return new BytecopyError('QUERY_INVALID', `${finding}\n  ${shown}\n  ${' '.repeat(position)}^`, {
      ...(hint === undefined ? {} : { hint }),
      exitCode: 2,
    });
  }
}

export function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}
