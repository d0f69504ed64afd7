/**
 * Lucene syntax to a query.
 *
 *   any      = all ('OR' all)*
 *   all      = unary ('AND'? unary)*             AND binds tighter than OR; side by side means AND
 *   unary    = ('NOT' | '-') unary | '(' any ')' | field ':' (value | '(' any ')')
 *
 * Within `field:( … )` the values stand alone. A word without a field is refused: nothing is searched in all fields.
 */
import type { Micros } from '../units.ts';
import { EVERYTHING, type Query } from './query.ts';
import { type Asked, nearestNames, OWN_NAMES, resolveName } from './query-names.ts';
import { parseTest } from './query-test.ts';
import { QueryText } from './query-text.ts';

/** Parentheses and negations within each other. */
const MAX_DEPTH = 64;

/**
 * @param text Lucene syntax; nothing or spaces ask for everything
 * @param now what times such as `time:>15m` count back from; without it they are refused
 * @throws BytecopyError `QUERY_INVALID` (exit code 2) that shows the place
 */
export function parseQuery(text: string, now?: Micros): Query {
  const query = new QueryText(text, now);
  query.skipSpaces();
  if (query.ended || text.trim() === '*' || text.trim() === '*:*') return EVERYTHING;
  const parsed = parseAny(query, undefined, 0);
  if (!query.ended) throw query.error('a parenthesis that was never opened');
  return parsed;
}

function parseAny(text: QueryText, asked: Asked | undefined, depth: number): Query {
  const terms = [parseAll(text, asked, depth)];
  while (text.takeWord('OR')) terms.push(parseAll(text, asked, depth));
  return terms.length === 1 ? (terms[0] as Query) : { kind: 'or', terms };
}

function parseAll(text: QueryText, asked: Asked | undefined, depth: number): Query {
  const terms = [parseUnary(text, asked, depth)];
  for (;;) {
    text.skipSpaces();
    if (text.ended || text.next === ')' || nextIsOr(text)) break;
    text.takeWord('AND');
    terms.push(parseUnary(text, asked, depth));
  }
  return terms.length === 1 ? (terms[0] as Query) : { kind: 'and', terms };
}

function nextIsOr(text: QueryText): boolean {
  const start = text.position;
  const isOr = text.takeWord('OR');
  text.position = start;
  return isOr;
}

function parseUnary(text: QueryText, asked: Asked | undefined, depth: number): Query {
  if (depth > MAX_DEPTH) throw text.error(`more than ${MAX_DEPTH} levels`);
  text.skipSpaces();
  if (text.takeWord('NOT') || text.take('-')) return { kind: 'not', term: parseUnary(text, asked, depth + 1) };
  if (text.next === '(') return parseGroup(text, asked, depth);
  if (text.ended || text.next === ')') throw text.error('a term is missing here', 'such as service:catalogue');
  const start = text.position;
  for (const operator of ['AND', 'OR']) {
    if (text.takeWord(operator)) throw text.error(`${operator} without a term before it`, undefined, start);
  }
  return asked === undefined ? parseTerm(text, depth) : parseTest(asked, text);
}

function parseGroup(text: QueryText, asked: Asked | undefined, depth: number): Query {
  const start = text.position;
  text.position++;
  const group = parseAny(text, asked, depth + 1);
  text.skipSpaces();
  if (!text.take(')')) throw text.error('a parenthesis that is not closed', undefined, start);
  return group;
}

function parseTerm(text: QueryText, depth: number): Query {
  const start = text.position;
  const name = text.takeWhile((character) => /[\w.@/-]/.test(character));
  if (name === '' || !text.take(':')) throw bareWord(text, start);
  const asked = resolveName(name);
  if (asked === undefined) {
    const hint = `nearest: ${nearestNames(name).join(', ')}; all: ${OWN_NAMES.join(', ')}`;
    throw text.error(`there is no field "${name}"`, hint, start);
  }
  if (asked === 'needs-name') throw text.error(`${name} needs a name`, `such as ${name}.name:value`, start);
  text.skipSpaces();
  if (text.next === '(') return parseGroup(text, asked, depth);
  return parseTest(asked, text);
}

function bareWord(text: QueryText, start: number): Error {
  text.position = start;
  const word = text.takeWhile((character) => !/[\s()]/.test(character));
  const operator = word.toUpperCase();
  if (operator === 'AND' || operator === 'OR' || operator === 'NOT') {
    return text.error(`"${word}" is no term`, `operators are written in capitals: ${operator}`, start);
  }
  if (word.startsWith('"'))
    return text.error('text in quotes stands without a field', `name the field: operation:"GET /items"`, start);
  const hint = word.startsWith('/') ? `path:${word}` : `name the field: service:${word} or path:*${word}*`;
  return text.error(`"${word}" stands without a field`, hint, start);
}
