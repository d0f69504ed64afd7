/**
 * Query → cursor: what of a query the postings can answer.
 *
 *   equality of an indexed field    its postings
 *   range of the status             the postings of each distinct status in it
 *   and                             the parts that can be answered, intersected; the rest is left to who reads
 *   or                              its parts, united, if every one can be answered
 *   wildcard, exists, not, the rest cannot be answered: undefined
 */
import type { Bound, FieldTest, Query, QueryField } from '../../core/index.ts';
import type { LevelFolder } from './level-folder.ts';
import { POSTING_FIELDS, type PostingField, postingPrefix, prefixEnd } from './posting.ts';
import { BothCursor, type CursorRange, EitherCursor, type PostingCursor, TermCursor } from './posting-cursor.ts';

/** Iterators open for one search; a query of more conditions is answered by reading. */
const MAX_TERMS = 128;
/** Distinct statuses walked; HTTP has about 60. */
const MAX_STATUSES = 64;

type Plan =
  | { readonly kind: 'term'; readonly prefix: Buffer }
  | { readonly kind: 'both' | 'either'; readonly parts: readonly Plan[] };

/** @returns undefined where the postings cannot narrow the query down */
export async function openCursor(
  folder: LevelFolder,
  query: Query,
  range: CursorRange,
): Promise<PostingCursor | undefined> {
  const plan = await planQuery(folder, query);
  if (plan === undefined || countTerms(plan) > MAX_TERMS) return undefined;
  return toCursor(folder, plan, range);
}

async function planQuery(folder: LevelFolder, query: Query): Promise<Plan | undefined> {
  switch (query.kind) {
    case 'everything':
    case 'not':
    case 'content':
      return undefined;
    case 'field':
      return await planField(folder, query.field, query.test);
    case 'and': {
      const parts: Plan[] = [];
      for (const term of query.terms) {
        const part = await planQuery(folder, term);
        if (part !== undefined) parts.push(part);
      }
      if (parts.length < 2) return parts[0];
      return { kind: 'both', parts };
    }
    case 'or': {
      const parts: Plan[] = [];
      for (const term of query.terms) {
        const part = await planQuery(folder, term);
        if (part === undefined) return undefined;
        parts.push(part);
      }
      return { kind: 'either', parts };
    }
    default:
      return query satisfies never;
  }
}

async function planField(folder: LevelFolder, field: QueryField, test: FieldTest): Promise<Plan | undefined> {
  if (!isPostingField(field)) return undefined;
  switch (test.kind) {
    case 'equals':
      return test.value === '' ? undefined : { kind: 'term', prefix: postingPrefix(field, test.value) };
    case 'range': {
      if (field !== 'status') return undefined;
      const statuses = await distinctStatuses(folder);
      if (statuses === undefined) return undefined;
      const parts = statuses
        .filter((status) => within(Number(status), test.min, test.max))
        .map((status): Plan => ({ kind: 'term', prefix: postingPrefix('status', status) }));
      return { kind: 'either', parts };
    }
    case 'wildcard':
    case 'exists':
      return undefined;
    default:
      return test satisfies never;
  }
}

/** Seeks from one status to behind its postings; undefined where there are more than {@link MAX_STATUSES}. */
async function distinctStatuses(folder: LevelFolder): Promise<readonly string[] | undefined> {
  const start = Buffer.of(POSTING_FIELDS.status);
  const keys = folder.keys({ gte: start, lt: Buffer.of(POSTING_FIELDS.status + 1) });
  const statuses: string[] = [];
  try {
    for (let key = await keys.next(); key !== undefined; key = await keys.next()) {
      if (statuses.length === MAX_STATUSES) return undefined;
      const prefix = key.subarray(0, 2 + (key[1] ?? 0));
      statuses.push(prefix.toString('latin1', 2));
      const end = prefixEnd(prefix);
      if (end === undefined) break;
      keys.seek(Buffer.from(end));
    }
    return statuses;
  } finally {
    await keys.close();
  }
}

function within(value: number, min: Bound | undefined, max: Bound | undefined): boolean {
  if (min !== undefined && (min.inclusive ? value < min.value : value <= min.value)) return false;
  return max === undefined || (max.inclusive ? value <= max.value : value < max.value);
}

function isPostingField(field: QueryField): field is PostingField {
  return field in POSTING_FIELDS;
}

function countTerms(plan: Plan): number {
  if (plan.kind === 'term') return 1;
  return plan.parts.reduce((sum, part) => sum + countTerms(part), 0);
}

function toCursor(folder: LevelFolder, plan: Plan, range: CursorRange): PostingCursor {
  switch (plan.kind) {
    case 'term':
      return new TermCursor(folder, plan.prefix, range);
    case 'both':
      return new BothCursor(
        plan.parts.map((part) => toCursor(folder, part, range)),
        range.descending,
      );
    case 'either':
      return new EitherCursor(
        plan.parts.map((part) => toCursor(folder, part, range)),
        range.descending,
      );
    default:
      return plan satisfies never;
  }
}
