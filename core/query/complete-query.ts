/** How a query that is being written can go on: names of fields, and values where they are few. */
import { QUERY_FIELDS } from './fields.ts';
import { completeNames, resolveName } from './query-names.ts';

/**
 * @param text of a query up to the cursor
 * @returns the text with its last word completed, in every way there is; none within a value that could be anything
 */
export function completeQuery(text: string): readonly string[] {
  const [last = ''] = /[^\s(]*$/.exec(text) ?? [];
  const isNegated = last.startsWith('-');
  const word = isNegated ? last.slice(1) : last;
  const before = text.slice(0, text.length - word.length);
  if (isWithinQuotes(before)) return [];
  const colon = word.indexOf(':');
  return (colon < 0 ? nameEndings(word) : valueEndings(word, colon)).map((ending) => before + ending);
}

/** A name alone is no end: where only one is left, what can follow it is told at once. */
function nameEndings(word: string): readonly string[] {
  const names = completeNames(word);
  const [only] = names;
  if (only === undefined || names.length > 1 || !only.endsWith(':')) return names;
  const values = choicesOf(only.slice(0, -1));
  return values.length === 0 ? [only, `${only}*`] : values.map((value) => only + value);
}

function valueEndings(word: string, colon: number): readonly string[] {
  const [name, value] = [word.slice(0, colon + 1), word.slice(colon + 1).toLowerCase()];
  return choicesOf(name.slice(0, -1))
    .filter((choice) => choice.toLowerCase().startsWith(value))
    .map((choice) => name + choice);
}

function choicesOf(name: string): readonly string[] {
  const asked = resolveName(name);
  return asked === undefined || asked === 'needs-name' || asked.kind !== 'field'
    ? []
    : (QUERY_FIELDS[asked.field].choices ?? []);
}

/** Within a value in quotes a word is a word. */
function isWithinQuotes(text: string): boolean {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\\') i++;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if ((character === '"' || character === "'") && text[i - 1] === ':') quote = character;
  }
  return quote !== '';
}
