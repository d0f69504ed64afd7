/**
 * Query tree → filter of Elasticsearch, which names what matches and perhaps more.
 *
 *   field: value           term; `must_not exists` where the value is empty
 *   range                  range, of status, latency and time
 *   field: pattern         wildcard, `?` taken as `*`, and all values that were cut; over-answers
 *   field: *               exists
 *   and                    the terms that can be answered
 *   or                     its terms, if every one can be answered
 *   not                    of what is answered exactly
 *   id, path, client, server, headers, bodies      cannot be answered: undefined
 */
import type { Bound, FieldTest, Query, QueryField } from '../../core/index.ts';
import { operationTemplate } from '../index-terms/operation-template.ts';
import { labelHead, labelToken, type TextField } from './stored-document.ts';
import { headOf, isWhole, toTerm } from './term.ts';

export type Clause = Readonly<Record<string, unknown>>;

export interface Filter {
  readonly clause: Clause;
  /** It names what matches and nothing else. */
  readonly exact: boolean;
}

/** Elasticsearch takes 1,024 clauses and 30 levels. */
const MAX_CLAUSES = 500;
const MAX_DEPTH = 12;

/** Integers beyond are not told apart by JSON. */
const WIDEST = Number.MAX_SAFE_INTEGER;

const ALL: Clause = { match_all: {} };
const NONE: Clause = { match_none: {} };
/** A part of an operation that was an id, as a pattern. */
const TEMPLATED = '*{\\*}*';

/** @returns undefined where the index cannot narrow the query down */
export function toFilter(query: Query): Filter | undefined {
  return sizeOf(query, 0) > MAX_CLAUSES ? undefined : filterOf(query);
}

function sizeOf(query: Query, depth: number): number {
  if (depth > MAX_DEPTH) return MAX_CLAUSES + 1;
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.terms.reduce((sum, term) => sum + sizeOf(term, depth + 1), 0);
    case 'not':
      return sizeOf(query.term, depth + 1);
    case 'everything':
    case 'field':
    case 'content':
      return 1;
    default:
      return query satisfies never;
  }
}

function filterOf(query: Query): Filter | undefined {
  switch (query.kind) {
    case 'everything':
      return exactly(ALL);
    case 'content':
      return undefined;
    case 'field':
      // Only stars: met by a value that is not there, too.
      if (query.test.kind === 'wildcard' && /^\*+$/.test(query.test.pattern)) return exactly(ALL);
      return fieldFilter(query.field, query.name ?? '', query.test);
    case 'not': {
      const filter = filterOf(query.term);
      return filter?.exact === true ? exactly(not(filter.clause)) : undefined;
    }
    case 'and': {
      const parts = query.terms.map(filterOf);
      const known = parts.filter((part) => part !== undefined);
      if (known.length === 0) return undefined;
      return { clause: all(known.map(({ clause }) => clause)), exact: parts.every((part) => part?.exact === true) };
    }
    case 'or': {
      const parts = query.terms.map(filterOf);
      const known = parts.filter((part) => part !== undefined);
      if (known.length < parts.length) return undefined;
      return { clause: any(known.map(({ clause }) => clause)), exact: known.every(({ exact }) => exact) };
    }
    default:
      return query satisfies never;
  }
}

function fieldFilter(field: QueryField, name: string, test: FieldTest): Filter | undefined {
  switch (field) {
    case 'id':
    case 'path':
    case 'client':
    case 'server':
      return undefined;
    case 'status':
    case 'latency':
      return numberFilter(field, test);
    case 'time':
      return numberFilter('at', test);
    case 'label':
      return labelFilter(name, test);
    default:
      return textFilter(field, test);
  }
}

function numberFilter(field: 'status' | 'latency' | 'at', test: FieldTest): Filter | undefined {
  switch (test.kind) {
    case 'equals': {
      if (test.value === '') return exactly(not({ exists: { field } }));
      const number = Number(test.value);
      const isWritten = Number.isSafeInteger(number) && String(number) === test.value;
      return exactly(isWritten ? { term: { [field]: number } } : NONE);
    }
    case 'range':
      return exactly(all([{ exists: { field } }, { range: { [field]: bounds(test.min, test.max) } }]));
    case 'exists':
      return exactly({ exists: { field } });
    case 'wildcard':
      return field === 'status' ? patternFilter('status.text', test.pattern) : undefined;
    default:
      return test satisfies never;
  }
}

function bounds(min: Bound | undefined, max: Bound | undefined): Clause {
  const clamped = (value: number): number => Math.max(-WIDEST, Math.min(WIDEST, value));
  return {
    ...(min === undefined ? {} : { [min.inclusive ? 'gte' : 'gt']: clamped(min.value) }),
    ...(max === undefined ? {} : { [max.inclusive ? 'lte' : 'lt']: clamped(max.value) }),
  };
}

function textFilter(field: TextField, test: FieldTest): Filter | undefined {
  switch (test.kind) {
    case 'equals': {
      if (test.value === '') return exactly(not({ exists: { field } }));
      if (field !== 'operation') return exactly({ term: { [field]: toTerm(test.value) } });
      const template = operationTemplate(test.value);
      return {
        clause: { term: { operation: toTerm(template) } },
        exact: template === test.value && !template.includes('{*}'),
      };
    }
    case 'exists':
      return exactly({ exists: { field } });
    case 'wildcard': {
      const cut: Clause = { term: { cut: field } };
      if (field !== 'operation') return patternFilter(field, test.pattern, [cut]);
      // Any part of its path may be an id, and then another text.
      const templated: Clause = { wildcard: { operation: { value: TEMPLATED } } };
      return patternFilter(field, test.pattern, [within(operationHead(test.pattern), templated), cut]);
    }
    case 'range':
      return exactly(NONE);
    default:
      return test satisfies never;
  }
}

function labelFilter(name: string, test: FieldTest): Filter | undefined {
  const named: Clause = { term: { label_names: toTerm(name) } };
  switch (test.kind) {
    case 'equals':
      return exactly(test.value === '' ? not(named) : { term: { labels: toTerm(labelToken(name, test.value)) } });
    case 'exists':
      return exactly(named);
    case 'wildcard': {
      const filter = patternFilter('labels', test.pattern, [{ term: { cut: 'labels' } }], labelHead(name));
      return filter && { clause: all([named, filter.clause]), exact: false };
    }
    case 'range':
      return exactly(NONE);
    default:
      return test satisfies never;
  }
}

/**
 * What meets a pattern, and what may because its value is not as it was written.
 *
 * @param head stands before the pattern, literally
 */
function patternFilter(field: string, pattern: string, perhaps: readonly Clause[] = [], head = ''): Filter | undefined {
  // What is no Unicode text, or longer than any whole value, stays unasked; an empty one is met by what is not there.
  if (pattern === '' || !isWhole(head + pattern)) return undefined;
  // Ours counts UTF-16 units, theirs characters: `?` for half of one must not miss.
  const value = escapePattern(head) + pattern.replaceAll('\\', '\\\\').replaceAll(/[*?]+/g, '*');
  return { clause: any([{ wildcard: { [field]: { value } } }, ...perhaps]), exact: false };
}

/** What the templates of operations that meet a pattern begin with: its whole parts before the first wildcard. */
function operationHead(pattern: string): string {
  const literal = pattern.slice(0, pattern.search(/[*?]/));
  const end = literal.lastIndexOf('/') + 1;
  return end === 0 ? '' : operationTemplate(literal.slice(0, end));
}

function within(head: string, clause: Clause): Clause {
  return head === '' ? clause : all([{ prefix: { operation: headOf(head) } }, clause]);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[*?\\]/g, '\\$&');
}

function exactly(clause: Clause): Filter {
  return { clause, exact: true };
}

function all(clauses: readonly Clause[]): Clause {
  return clauses.length === 1 ? (clauses[0] as Clause) : { bool: { filter: clauses } };
}

function any(clauses: readonly Clause[]): Clause {
  return clauses.length === 1 ? (clauses[0] as Clause) : { bool: { should: clauses, minimum_should_match: 1 } };
}

function not(clause: Clause): Clause {
  return { bool: { must_not: clause } };
}
