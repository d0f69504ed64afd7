/** A query as a function: made once, called for every exchange that passes. */
import { QUERY_FIELDS, type QueryFieldMeaning, type QuerySubject } from './fields.ts';
import type { Bound, FieldTest, Query } from './query.ts';
import { matchesWildcard } from './wildcard.ts';

export type QueryPredicate = (subject: QuerySubject) => boolean;

/** A request that has no answer yet meets no test of status, outcome or reason. */
export function compileQuery(query: Query): QueryPredicate {
  switch (query.kind) {
    case 'everything':
      return () => true;
    case 'and': {
      const terms = query.terms.map(compileQuery);
      return (subject) => terms.every((matches) => matches(subject));
    }
    case 'or': {
      const terms = query.terms.map(compileQuery);
      return (subject) => terms.some((matches) => matches(subject));
    }
    case 'not': {
      const matches = compileQuery(query.term);
      return (subject) => !matches(subject);
    }
    case 'field':
      return compileTest(query.test, QUERY_FIELDS[query.field], query.name);
    default:
      return query satisfies never;
  }
}

/** For a single look; {@link compileQuery} where many exchanges pass. */
export function matchesQuery(query: Query, subject: QuerySubject): boolean {
  return compileQuery(query)(subject);
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
    case 'range':
      return (subject) => {
        const text = field.read(subject, name);
        return text !== '' && isWithin(Number(text), test.min, test.max);
      };
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
