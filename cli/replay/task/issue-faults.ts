/** What is wrong with a document, each in words: what was found, and what is allowed there. */
import ms from 'ms';
import type { z } from 'zod';
import { shorten } from '../../render/terminal-text.ts';
import { nearName } from './near-name.ts';
import { keysAt } from './schema-shape.ts';
import type { TaskFault } from './task-fault.ts';
import { documentPath, valueAt } from './task-place.ts';
import { documentKey } from './units-in-names.ts';

type Issue = z.core.$ZodIssue;

/** Types as a document's writer knows them. */
const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['record', 'object'],
  ['array', 'list'],
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['int', 'whole number'],
]);
const MAX_FOUND_CHARACTERS = 60;
/** Values there may be credentials. */
const NEVER_SHOWN = /header|cookie|token|value$/i;
/** Names of options in messages carry units, keys of the document do not. */
const NAME_WITH_UNIT = /\b([a-z]\w*)Ms\b/g;

/** What is said of an object as a whole is left out where a key of it is unknown: that is the same fault. */
export function faultsOfIssues(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  document: unknown,
): readonly TaskFault[] {
  const withUnknown = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => JSON.stringify(path)),
  );
  return issues
    .filter(({ code, path }) => code !== 'custom' || !withUnknown.has(JSON.stringify(path)))
    .flatMap((issue) => faultsOf(issue, schema, document));
}

function faultsOf(issue: Issue, schema: z.core.$ZodType, document: unknown): readonly TaskFault[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, issue.path, schema, document));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path: documentPath(issue.path, document), text: message }));
    case 'invalid_element':
      return issue.issues.flatMap((inner) =>
        faultsOf({ ...inner, path: [...issue.path, ...inner.path] } as Issue, schema, document),
      );
    case 'invalid_union':
      return ofUnion(issue, schema, document);
    default: {
      const path = documentPath(issue.path, document);
      return [{ path, text: textOf(issue, foundAt(path, document), isMillis(issue.path)) }];
    }
  }
}

function unknownKey(key: string, at: readonly PropertyKey[], schema: z.core.$ZodType, document: unknown): TaskFault {
  const inside = documentPath(at, document);
  const known = keysAt(schema, at, document).map(documentKey);
  const near = nearName(key, known);
  const listed = known.length === 0 ? '' : `; known here: ${known.join(', ')}`;
  return { path: [...inside, key], text: `there is no such key${near === undefined ? listed : `; ${near} is meant?`}` };
}

/** One of several forms: the one that comes nearest says what is wrong; where none does, all are named. */
function ofUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: z.core.$ZodType,
  document: unknown,
): readonly TaskFault[] {
  const path = documentPath(issue.path, document);
  const found = foundAt(path, document);
  const { options } = issue as { readonly options?: readonly unknown[] };
  if (options !== undefined) {
    return [{ path, text: `${found === '' ? 'is missing' : found}; allowed: ${options.map(shown).join(', ')}` }];
  }
  const inner = issue.errors
    .filter((branch) => branch.some((one) => one.path.length > 0 || one.code === 'unrecognized_keys'))
    .sort((one, other) => one.length - other.length)[0];
  if (inner !== undefined && issue.message === 'Invalid input') {
    return inner.flatMap((one) => faultsOf({ ...one, path: [...issue.path, ...one.path] } as Issue, schema, document));
  }
  const custom = issue.errors.flat().find((one) => one.code === 'custom');
  if (custom !== undefined) return [{ path, text: textOf(custom, found, isMillis(issue.path)) }];
  if (issue.message !== 'Invalid input') return [{ path, text: `${found}: ${issue.message}` }];
  const forms = issue.errors.flat().map((one) => formOf(one));
  return [{ path, text: `${found}; allowed: ${[...new Set(forms)].join(' or ')}` }];
}

function textOf(issue: Issue, found: string, millis: boolean): string {
  const limit = (value: number | bigint) => (millis ? ms(Number(value)) : String(value));
  switch (issue.code) {
    case 'invalid_type':
      return found === '' ? 'is missing' : `${found}; allowed: ${formOf(issue)}`;
    case 'invalid_value':
      return found === '' ? `is missing; allowed: ${formOf(issue)}` : `${found}; allowed: ${formOf(issue)}`;
    case 'too_small':
      return `${found}; ${issue.inclusive ? 'at least' : 'more than'} ${limit(issue.minimum)}${countedIn(issue.origin)}`;
    case 'too_big':
      return `${found}; ${issue.inclusive ? 'at most' : 'less than'} ${limit(issue.maximum)}${countedIn(issue.origin)}`;
    default: {
      const message = issue.message.replace(NAME_WITH_UNIT, '$1');
      const isSaid = found === '' || /^(an|a) /.test(found) || message.includes('"') || message.includes(found);
      return isSaid ? message : `${found}: ${message}`;
    }
  }
}

function formOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES.get(issue.expected) ?? issue.expected;
    case 'invalid_value':
      return issue.values.map(shown).join(', ');
    default:
      return issue.message;
  }
}

function countedIn(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' entries' : '';
}

function isMillis(path: readonly PropertyKey[]): boolean {
  const last = path.at(-1);
  return typeof last === 'string' && documentKey(last) !== last;
}

/** Empty where there is nothing. */
function foundAt(path: readonly PropertyKey[], document: unknown): string {
  let value = document;
  for (const step of path) value = valueAt(value, step);
  if (value === undefined) return '';
  if (path.some((step) => NEVER_SHOWN.test(String(step))) && typeof value === 'string') return 'this text';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return shorten(shown(value), MAX_FOUND_CHARACTERS);
}

function shown(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : (JSON.stringify(value) ?? 'nothing');
}
