/**
 * Query → plan: what of a query the postings can answer.
 *
 *   equality                      its postings; of the session, its marks in each group
 *   range of the status           the postings of each distinct value in it
 *   range of the latency          its marks in each group
 *   range of the time             the outlines of the blocks around it
 *   wildcard, existence           the postings of each distinct value that it takes, if they are few; of session
 *                                 and latency only existence, by marks
 *   and                           the parts that can be answered, intersected; the rest is left to who reads
 *   or                            its parts, united, if every one can be answered
 *   not                           what is left of the other parts, or of all blocks, if the part is answered exactly
 *   path, client, server, id,     cannot be answered: undefined
 *
 * Exact are values that are indexed as they were written: not operations (by template), outcomes and protocols (without
 * case), latencies and sessions (by mark), times (by block), and nothing that was cut.
 */
import { type Bound, type FieldTest, matchesWildcard, type Query, type QueryField } from '../../core/index.ts';
import { FIRST_LATENCY_MARK, LAST_LATENCY_MARK, latencyMark } from './latency-marks.ts';
import type { LevelFolder } from './level-folder.ts';
import {
  isTextField,
  isWhole,
  labelBytes,
  labelPrefix,
  MAX_NAME_BYTES,
  MAX_VALUE_BYTES,
  NORMAL_FORM,
  POSTING_FIELDS,
  type TextField,
  termPrefix,
  textBytes,
  textPrefix,
  tracePrefix,
} from './posting-fields.ts';
import { distinctValues } from './posting-values.ts';
import { sessionMark } from './session-marks.ts';
import { operationHead, wildcardHead } from './wildcard-head.ts';

/** Distinct values looked at for one condition, each a seek. */
const MAX_VALUES_LOOKED_AT = 1024;

export type PostingPlan =
  | { readonly kind: 'term'; readonly prefix: Buffer; readonly exact: boolean }
  /** Blocks with a session of this mark, or with any. */
  | { readonly kind: 'session'; readonly mark: number | undefined; readonly exact: boolean }
  /** Blocks with a latency of these marks, both taken. */
  | { readonly kind: 'latency'; readonly from: number; readonly to: number; readonly exact: boolean }
  /** Blocks that overlap a time, ends taken. */
  | { readonly kind: 'blocks'; readonly firstAt: number; readonly lastAt: number; readonly exact: boolean }
  | { readonly kind: 'both' | 'either'; readonly parts: readonly PostingPlan[]; readonly exact: boolean }
  | { readonly kind: 'except'; readonly base: PostingPlan; readonly gone: PostingPlan; readonly exact: boolean };

const ALL_BLOCKS: PostingPlan = {
  kind: 'blocks',
  firstAt: Number.NEGATIVE_INFINITY,
  lastAt: Number.POSITIVE_INFINITY,
  exact: true,
};

export class PostingPlanner {
  readonly #folder: LevelFolder;

  constructor(folder: LevelFolder) {
    this.#folder = folder;
  }

  /** @returns undefined where the postings cannot narrow the query down */
  async plan(query: Query): Promise<PostingPlan | undefined> {
    switch (query.kind) {
      case 'everything':
      case 'content':
        return undefined;
      case 'not':
        return except(ALL_BLOCKS, await this.#planExactly(query.term));
      case 'field':
        return await this.#planField(query.field, query.name ?? '', query.test);
      case 'and':
        return await this.#planAll(query.terms);
      case 'or': {
        const parts: PostingPlan[] = [];
        for (const term of query.terms) {
          const part = await this.plan(term);
          if (part === undefined) return undefined;
          parts.push(part);
        }
        return combined('either', parts);
      }
      default:
        return query satisfies never;
    }
  }

  async #planAll(terms: readonly Query[]): Promise<PostingPlan | undefined> {
    const parts: PostingPlan[] = [];
    const gone: PostingPlan[] = [];
    let isWhole = true;
    for (const term of terms) {
      const negated = term.kind === 'not';
      const part = negated ? await this.#planExactly(term.term) : await this.plan(term);
      if (part !== undefined) (negated ? gone : parts).push(part);
      else if (term.kind !== 'everything') isWhole = false;
    }
    let plan: PostingPlan;
    if (parts.length > 0) plan = combined('both', parts);
    else if (gone.length > 0) plan = ALL_BLOCKS;
    else return undefined;
    if (gone.length > 0) plan = except(plan, combined('either', gone)) ?? plan;
    return isWhole ? plan : { ...plan, exact: false };
  }

  async #planExactly(query: Query): Promise<PostingPlan | undefined> {
    const plan = await this.plan(query);
    return plan?.exact === true ? plan : undefined;
  }

  async #planField(field: QueryField, name: string, test: FieldTest): Promise<PostingPlan | undefined> {
    // What takes anything takes its absence too.
    if (test.kind === 'wildcard' && matchesWildcard(test.pattern, '')) return undefined;
    if (isTextField(field)) return await this.#planText(field, test);
    switch (field) {
      case 'trace':
        return await this.#planTrace(test);
      case 'label':
        return await this.#planLabel(name, test);
      case 'session':
        return planSession(test);
      case 'latency':
        return planLatency(test);
      case 'time':
        return planTime(test);
      case 'id':
      case 'path':
      case 'client':
      case 'server':
        return undefined;
      default:
        return field satisfies never;
    }
  }

  async #planText(field: TextField, test: FieldTest): Promise<PostingPlan | undefined> {
    const isExact = NORMAL_FORM[field] === undefined || field === 'verb';
    const code = POSTING_FIELDS[field];
    switch (test.kind) {
      case 'equals':
        return test.value === '' ? undefined : term(textPrefix(field, test.value), isExact && isKept(test.value));
      case 'exists':
        return await this.#planValues(code, '', isExact, () => true);
      case 'range': {
        const { min, max } = test;
        if (field !== 'status') return undefined;
        return await this.#planValues(
          code,
          '',
          true,
          (value) => value === undefined || isWithin(Number(value), min, max),
        );
      }
      case 'wildcard': {
        if (field === 'operation') {
          const head = operationHead(test.pattern);
          return await this.#planValues(code, head, false, (value) => mayMatch(test.pattern, value, /\{\*\}/));
        }
        const pattern = NORMAL_FORM[field]?.(test.pattern) ?? test.pattern;
        // In another case a letter may be two.
        const unsure = NORMAL_FORM[field] === undefined ? undefined : /[^ -~]/;
        return await this.#planValues(code, wildcardHead(pattern), isExact, (value) =>
          mayMatch(pattern, value, unsure),
        );
      }
      default:
        return test satisfies never;
    }
  }

  async #planLabel(name: string, test: FieldTest): Promise<PostingPlan | undefined> {
    const nameBytes = labelBytes(name, '');
    const isExact = isWhole(name, MAX_NAME_BYTES);
    const textOf = (bytes: Buffer): string => bytes.toString('utf8', nameBytes.length);
    switch (test.kind) {
      case 'equals':
        if (test.value === '') return undefined;
        return term(labelPrefix(name, test.value), isExact && isWhole(test.value, MAX_VALUE_BYTES - nameBytes.length));
      case 'exists':
        return await this.#planDistinct(POSTING_FIELDS.label, nameBytes, isExact, () => true);
      case 'wildcard': {
        const head = labelBytes(name, wildcardHead(test.pattern));
        return await this.#planDistinct(POSTING_FIELDS.label, head, isExact, (bytes) =>
          mayMatch(test.pattern, bytes.length === MAX_VALUE_BYTES ? undefined : textOf(bytes)),
        );
      }
      case 'range':
        return undefined;
      default:
        return test satisfies never;
    }
  }

  async #planTrace(test: FieldTest): Promise<PostingPlan | undefined> {
    switch (test.kind) {
      case 'equals':
        return test.value === '' ? undefined : term(tracePrefix(test.value), isKept(test.value));
      case 'exists':
        return await this.#planTraces('?*');
      case 'wildcard':
        return await this.#planTraces(test.pattern);
      case 'range':
        return undefined;
      default:
        return test satisfies never;
    }
  }

  /** Trace ids are as many as exchanges: only those of a head that few have. */
  async #planTraces(pattern: string): Promise<PostingPlan | undefined> {
    const head = wildcardHead(pattern);
    const plain = await this.#planValues(POSTING_FIELDS.trace, head, true, (value) => mayMatch(pattern, value));
    if (plain === undefined || !/^[0-9a-f]*$/.test(head)) return plain;
    const packed = await this.#planDistinct(
      POSTING_FIELDS.packedTrace,
      Buffer.from(head.slice(0, head.length & ~1), 'hex'),
      true,
      (bytes) => matchesWildcard(pattern, bytes.toString('hex')),
    );
    return packed && combined('either', [plain, packed]);
  }

  /** @param takes asked with the value; undefined where it was cut or its bytes stand for several */
  #planValues(
    code: number,
    head: string,
    exact: boolean,
    takes: (value: string | undefined) => boolean,
  ): Promise<PostingPlan | undefined> {
    return this.#planDistinct(code, textBytes(head, MAX_VALUE_BYTES), exact, (bytes) => takes(keptText(bytes)));
  }

  async #planDistinct(
    code: number,
    head: Buffer,
    exact: boolean,
    takes: (bytes: Buffer) => boolean,
  ): Promise<PostingPlan | undefined> {
    const values = await distinctValues(this.#folder, code, head, MAX_VALUES_LOOKED_AT);
    if (values === undefined) return undefined;
    const taken = values.filter(takes);
    const isSure = exact && taken.every((bytes) => bytes.length < MAX_VALUE_BYTES && !bytes.includes('\ufffd'));
    return combined(
      'either',
      taken.map((bytes) => term(termPrefix(code, bytes), isSure)),
    );
  }
}

function term(prefix: Buffer, exact: boolean): PostingPlan {
  return { kind: 'term', prefix, exact };
}

function combined(kind: 'both' | 'either', parts: readonly PostingPlan[]): PostingPlan {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return { kind, parts, exact: parts.every(({ exact }) => exact) };
}

function except(base: PostingPlan, gone: PostingPlan | undefined): PostingPlan | undefined {
  return gone && { kind: 'except', base, gone, exact: base.exact };
}

function planSession(test: FieldTest): PostingPlan | undefined {
  switch (test.kind) {
    case 'equals':
      return test.value === '' ? undefined : { kind: 'session', mark: sessionMark(test.value), exact: false };
    case 'exists':
      return { kind: 'session', mark: undefined, exact: true };
    case 'wildcard':
    case 'range':
      return undefined;
    default:
      return test satisfies never;
  }
}

function planLatency(test: FieldTest): PostingPlan | undefined {
  switch (test.kind) {
    case 'equals': {
      if (!isNumber(test.value)) return undefined;
      const mark = latencyMark(Number(test.value));
      return { kind: 'latency', from: mark, to: mark, exact: false };
    }
    case 'exists':
      return { kind: 'latency', from: FIRST_LATENCY_MARK, to: LAST_LATENCY_MARK, exact: true };
    case 'range': {
      const from = test.min === undefined ? FIRST_LATENCY_MARK : latencyMark(test.min.value);
      const to = test.max === undefined ? LAST_LATENCY_MARK : latencyMark(test.max.value);
      return { kind: 'latency', from, to, exact: false };
    }
    case 'wildcard':
      return undefined;
    default:
      return test satisfies never;
  }
}

function planTime(test: FieldTest): PostingPlan | undefined {
  switch (test.kind) {
    case 'equals': {
      if (!isNumber(test.value)) return undefined;
      const at = Number(test.value);
      return { kind: 'blocks', firstAt: at, lastAt: at, exact: false };
    }
    case 'range': {
      const firstAt = test.min?.value ?? Number.NEGATIVE_INFINITY;
      return { kind: 'blocks', firstAt, lastAt: test.max?.value ?? Number.POSITIVE_INFINITY, exact: false };
    }
    case 'exists':
    case 'wildcard':
      return undefined;
    default:
      return test satisfies never;
  }
}

/** Whether a pattern can match; yes where that is not known: of a value that was cut, or is in another form. */
function mayMatch(pattern: string, value: string | undefined, unsure?: RegExp): boolean {
  return value === undefined || unsure?.test(value) === true || matchesWildcard(pattern, value);
}

/** A value from its bytes; undefined where they may stand for another one. */
function keptText(bytes: Buffer): string | undefined {
  const text = bytes.length < MAX_VALUE_BYTES ? bytes.toString() : '\ufffd';
  return text.includes('\ufffd') ? undefined : text;
}

function isKept(value: string): boolean {
  return isWhole(value, MAX_VALUE_BYTES);
}

function isWithin(value: number, min: Bound | undefined, max: Bound | undefined): boolean {
  if (min !== undefined && (min.inclusive ? value < min.value : value <= min.value)) return false;
  return max === undefined || (max.inclusive ? value <= max.value : value < max.value);
}

function isNumber(value: string): boolean {
  return /^\d+$/.test(value);
}
