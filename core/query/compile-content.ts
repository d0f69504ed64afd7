/** A condition on headers or bodies as a function of the parser's views. */
import type { QuerySubject } from './fields.ts';
import type { ContentQuery, ContentTest, MessageSide } from './query.ts';
import type { QueryViews } from './query-views.ts';
import { compileTextPattern } from './text-pattern.ts';
import { matchesWildcard } from './wildcard.ts';

const BOTH_SIDES: readonly MessageSide[] = ['request', 'response'];

/** Where no side is named one of the two has to meet the test; a side that was not seen meets none. */
export function compileContent(query: ContentQuery, views: QueryViews): (subject: QuerySubject) => boolean {
  const sides = query.side === undefined ? BOTH_SIDES : [query.side];
  const seen = (subject: QuerySubject) => sides.filter((side) => subject[side] !== undefined);
  switch (query.part) {
    case 'header': {
      const { name = '', test } = query;
      const meets = headerTest(test);
      return (subject) => seen(subject).some((side) => views.headerValues(subject, side, name).some(meets));
    }
    case 'body': {
      const meets = bodyTest(query.test);
      return (subject) => seen(subject).some((side) => meets(views.bodyText(subject, side)));
    }
    default:
      return query.part satisfies never;
  }
}

function headerTest(test: ContentTest): (value: string) => boolean {
  switch (test.kind) {
    case 'equals':
      return (value) => value === test.value;
    case 'contains':
      return (value) => value.includes(test.value);
    case 'wildcard':
      return (value) => matchesWildcard(test.pattern, value);
    case 'exists':
      return () => true;
    default:
      return test satisfies never;
  }
}

function bodyTest(test: ContentTest): (text: string) => boolean {
  switch (test.kind) {
    case 'equals':
      return (text) => text === test.value;
    case 'contains':
      return (text) => text.includes(test.value);
    case 'wildcard':
      return compileTextPattern(test.pattern);
    case 'exists':
      return (text) => text !== '';
    default:
      return test satisfies never;
  }
}
