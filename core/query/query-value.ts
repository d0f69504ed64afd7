/**
 * What follows a field's colon:
 *
 *   value    = quoted | range | comparison | bare
 *   quoted   = '"' … '"' | "'" … "'"          taken literally; `\` before a character takes that character
 *   range    = ('[' | '{') bound 'TO' bound (']' | '}')     square brackets include the bound; `*` leaves it open
 *   comparison = ('>' | '>=' | '<' | '<=') number, or '=' and a literal value
 *   bare     = up to a space or parenthesis; `*` any run, `?` one character, `\` takes the next literally
 */
import { comparableValue, QUERY_FIELDS } from './fields.ts';
import type { Bound, FieldTest, QueryField } from './query.ts';
import { isSpace, type QueryText } from './query-text.ts';

/** @throws BytecopyError `QUERY_INVALID` */
export function parseFieldTest(field: QueryField, text: QueryText): FieldTest {
  const { next, position: start } = text;
  if (next === '"' || next === "'") return equals(field, parseQuoted(text), text, start);
  if (next === '[' || next === '{') return parseRange(field, text);
  if (next === '>' || next === '<') return parseComparison(field, text);
  if (text.take('=')) {
    return equals(field, text.next === '"' || text.next === "'" ? parseQuoted(text) : bare(text).text, text, start);
  }
  const value = bare(text);
  if (value.text === '') throw text.error(`a value is missing after ${field}:`, `${field}:* asks whether there is one`);
  if (!value.wild) return equals(field, value.text, text, start);
  if (value.escapedWild) {
    throw text.error('a wildcard and an escaped one in one value', 'quote the value to take it literally', start);
  }
  if (/^\*+$/.test(value.text)) return { kind: 'exists' };
  return { kind: 'wildcard', pattern: comparableValue(field, value.text) };
}

function equals(field: QueryField, value: string, text: QueryText, start: number): FieldTest {
  if (QUERY_FIELDS[field].numeric && !/^\d+$/.test(value)) {
    throw text.error(
      `"${value}" is not a number`,
      `${field}:404, ${field}:4?? and ${field}:[400 TO 499] are understood`,
      start,
    );
  }
  return { kind: 'equals', value: comparableValue(field, value) };
}

function parseQuoted(text: QueryText): string {
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

function bare(text: QueryText): BareValue {
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

function parseRange(field: QueryField, text: QueryText): FieldTest {
  const start = text.position;
  const minInclusive = text.next === '[';
  text.position++;
  const min = parseBound(text, minInclusive);
  text.skipSpaces();
  if (!text.takeWord('TO')) throw text.error('a range needs TO', `${field}:[500 TO 599]`);
  const maxAt = text.position;
  const max = parseBound(text, true);
  text.skipSpaces();
  const closed = text.next;
  if (closed !== ']' && closed !== '}') throw text.error('a range that is not closed', `${field}:[500 TO 599]`);
  text.position++;
  if (min !== undefined && max !== undefined && min.value > max.value) {
    throw text.error('a range that begins above its end', undefined, maxAt);
  }
  return range(field, text, start, min, max && { value: max.value, inclusive: closed === ']' });
}

function parseComparison(field: QueryField, text: QueryText): FieldTest {
  const start = text.position;
  const above = text.next === '>';
  text.position++;
  const inclusive = text.take('=');
  const bound = parseBound(text, inclusive);
  return above ? range(field, text, start, bound, undefined) : range(field, text, start, undefined, bound);
}

/** Undefined for `*`. */
function parseBound(text: QueryText, inclusive: boolean): Bound | undefined {
  text.skipSpaces();
  const start = text.position;
  const word = text.takeWhile((character) => !isSpace(character) && !'[]{}()'.includes(character));
  if (word === '*') return undefined;
  if (!/^-?\d+(\.\d+)?$/.test(word)) throw text.error(`"${word}" is not a number`, undefined, start);
  return { value: Number(word), inclusive };
}

function range(
  field: QueryField,
  text: QueryText,
  start: number,
  min: Bound | undefined,
  max: Bound | undefined,
): FieldTest {
  if (!QUERY_FIELDS[field].numeric) {
    throw text.error(
      `${field} is text and has no ranges`,
      'status has; times are asked with --since and --until',
      start,
    );
  }
  if (min === undefined && max === undefined) return { kind: 'exists' };
  return { kind: 'range', ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}
