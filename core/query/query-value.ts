/**
 * What follows a field's colon, as it is written:
 *
 *   value    = quoted | range | comparison | bare
 *   quoted   = '"' … '"' | "'" … "'"          taken literally; `\` before a character takes that character
 *   range    = ('[' | '{') bound 'TO' bound (']' | '}')     square brackets include the bound; `*` leaves it open
 *   comparison = ('>' | '>=' | '<' | '<=') bound, or '=' and a literal value
 *   bare     = up to a space or parenthesis; `*` any run, `?` one character, `\` takes the next literally
 *   bound    = quoted, or up to a space, bracket or parenthesis
 */
import { isSpace, type QueryText } from './query-text.ts';

/** A bound as written, with its place for messages. */
export interface WrittenBound {
  readonly text: string;
  readonly inclusive: boolean;
  readonly position: number;
}

export type WrittenValue =
  | { readonly kind: 'literal'; readonly text: string; readonly exact: boolean }
  | { readonly kind: 'pattern'; readonly text: string }
  /** `*` alone. */
  | { readonly kind: 'exists' }
  | { readonly kind: 'range'; readonly min?: WrittenBound; readonly max?: WrittenBound };

/**
 * @param name of what is asked, for messages
 * @throws BytecopyError `QUERY_INVALID`
 */
export function readValue(name: string, text: QueryText): WrittenValue {
  const { next, position: start } = text;
  if (isQuote(next)) return { kind: 'literal', text: readQuoted(text), exact: false };
  if (next === '[' || next === '{') return readRange(name, text);
  if (next === '>' || next === '<') return readComparison(text);
  if (text.take('=')) {
    return { kind: 'literal', text: isQuote(text.next) ? readQuoted(text) : readBare(text).text, exact: true };
  }
  const value = readBare(text);
  if (value.text === '') throw text.error(`a value is missing after ${name}:`, `${name}:* asks whether there is one`);
  if (!value.wild) return { kind: 'literal', text: value.text, exact: false };
  if (value.escapedWild) {
    throw text.error('a wildcard and an escaped one in one value', 'quote the value to take it literally', start);
  }
  return /^\*+$/.test(value.text) ? { kind: 'exists' } : { kind: 'pattern', text: value.text };
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'";
}

function readQuoted(text: QueryText): string {
  const start = text.position;
  const quote = text.next;
  text.position++;
  let value = '';
  while (!text.ended) {
    if (text.take(quote)) return value;
    text.take('\\');
    value += text.next;
    text.position++;
  }
  throw text.error('a quote that is not closed', undefined, start);
}

interface BareValue {
  readonly text: string;
  readonly wild: boolean;
  readonly escapedWild: boolean;
}

function readBare(text: QueryText): BareValue {
  let value = '';
  let wild = false;
  let escapedWild = false;
  while (!text.ended && !isSpace(text.next) && text.next !== '(' && text.next !== ')') {
    const escaped = text.take('\\');
    const character = text.next;
    if (character === '*' || character === '?') {
      if (escaped) escapedWild = true;
      else wild = true;
    }
    value += character;
    text.position++;
  }
  return { text: value, wild, escapedWild };
}

function readRange(name: string, text: QueryText): WrittenValue {
  const minInclusive = text.next === '[';
  text.position++;
  const min = readBound(text, minInclusive);
  text.skipSpaces();
  if (!text.takeWord('TO')) throw text.error('a range needs TO', `${name}:[500 TO 599]`);
  const max = readBound(text, true);
  text.skipSpaces();
  const closed = text.next;
  if (closed !== ']' && closed !== '}') throw text.error('a range that is not closed', `${name}:[500 TO 599]`);
  text.position++;
  return rangeOf(min, max && { ...max, inclusive: closed === ']' });
}

function readComparison(text: QueryText): WrittenValue {
  const above = text.next === '>';
  text.position++;
  const bound = readBound(text, text.take('='));
  return above ? rangeOf(bound, undefined) : rangeOf(undefined, bound);
}

/** Undefined for `*`. */
function readBound(text: QueryText, inclusive: boolean): WrittenBound | undefined {
  text.skipSpaces();
  const { position } = text;
  if (isQuote(text.next)) return { text: readQuoted(text), inclusive, position };
  const word = text.takeWhile((character) => !isSpace(character) && !'[]{}()'.includes(character));
  return word === '*' ? undefined : { text: word, inclusive, position };
}

function rangeOf(min: WrittenBound | undefined, max: WrittenBound | undefined): WrittenValue {
  return { kind: 'range', ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}
