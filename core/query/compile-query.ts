/** A query as a function: made once, called for every exchange that passes. */
import { BytecopyError } from '../errors.ts';
import { compileContent } from './compile-content.ts';
import { QUERY_FIELDS, type QueryFieldMeaning, type QuerySubject } from './fields.ts';
import type { Bound, FieldTest, Query } from './query.ts';
import { namesContent } from './query-shape.ts';
import type { QueryViews } from './query-views.ts';
import { matchesWildcard } from './wildcard.ts';

export type QueryPredicate = (subject: QuerySubject) => boolean;

/**
 * A request that has no answer yet meets no test of its answer.
 *
 * @param views of the bytes; without them a query may name neither headers nor bodies
 * @throws BytecopyError `QUERY_INVALID` (exit code 2) where it does
 */
export function compileQuery(query: Query, views?: QueryViews): QueryPredicate {
  switch (query.kind) {
    case 'everything':
      return () => true;
    case 'and': {
      const terms = cheapFirst(query.terms).map((term) => compileQuery(term, views));
      return (subject) => terms.every((matches) => matches(subject));
    }
    case 'or': {
      const terms = cheapFirst(query.terms).map((term) => compileQuery(term, views));
      return (subject) => terms.some((matches) => matches(subject));
    }
    case 'not': {
      const matches = compileQuery(query.term, views);
      return (subject) => !matches(subject);
    }
    case 'field':
      return compileTest(query.test, QUERY_FIELDS[query.field], query.name);
    case 'content':
      if (views === undefined) throw withoutBytes();
      return compileContent(query, views);
    default:
      return query satisfies never;
  }
}

/** For a single look; {@link compileQuery} where many exchanges pass. */
export function matchesQuery(query: Query, subject: QuerySubject, views?: QueryViews): boolean {
  return compileQuery(query, views)(subject);
}

/** Bytes are looked at when nothing else has decided. */
function cheapFirst(terms: readonly Query[]): readonly Query[] {
  return [...terms.filter((term) => !namesContent(term)), ...terms.filter((term) => namesContent(term))];
}

function withoutBytes(): BytecopyError {
  return new BytecopyError(
    'QUERY_INVALID',
    'conditions on headers and bodies need the bytes, which are not looked at here',
    {
      hint: 'ask for other fields here, or search what was stored: bytecopy find',
      exitCode: 2,
    },
  );
}

function compileTest(test: FieldTest, field: QueryFieldMeaning, name?: string): QueryPredicate {
  switch (test.kind) {
    case 'equals': {
      const { value } = test;
      const { readShort } = field;
      if (readShort === undefined) return (subject) => field.read(subject, name) === value;
      return (subject) => field.read(subject, name) === value || readShort(subject) === value;
    }
    case 'wildcard':
      return (subject) => matchesWildcard(test.pattern, field.read(subject, name));
    case 'range': {
      const { readNumber } = field;
      if (readNumber === undefined) return () => false;
      return (subject) => {
        const value = readNumber(subject);
        return value !== undefined && isWithin(value, test.min, test.max);
      };
    }
    case 'exists':
      return (subject) => field.read(subject, name) !== '';
    default:
      return test satisfies never;
  }
}

function isWithin(value: number, min: Bound | undefined, max: Bound | undefined): boolean {
  if (min !== undefined && (min.inclusive ? value < min.value : value <= min.value)) return false;
  return max === undefined || (max.inclusive ? value <= max.value : value < max.value);
}
