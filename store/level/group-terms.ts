/**
 * Distinct values of the blocks of a group with their positions, gathered without an allocation a document: a value that
 * was met before has its term, which is marked with the number of the block that it was last met in.
 */
import type { IndexDocument } from '../../core/index.ts';
import {
  isPackedTrace,
  labelPrefix,
  POSTING_FIELDS,
  TEXT_FIELDS,
  type TextField,
  textPrefix,
  tracePrefix,
} from './posting-fields.ts';

interface Term {
  readonly prefix: Buffer;
  /** Of the last block that has it, counted over all groups. */
  blockCount: number;
  low: number;
  high: number;
  /** Of the last group that has it. */
  groupCount: number;
  /** Blocks in that group with their positions: number, low, high. */
  readonly listed: number[];
}

/** Terms remembered; forgotten all at once between two groups. */
const MAX_REMEMBERED = 8192;
/** Longer values are not remembered by themselves. */
const MAX_REMEMBERED_CHARACTERS = 512;
/** What the name of a trace id begins with that is not kept by its digits. */
const PLAIN_TRACE = String.fromCharCode(POSTING_FIELDS.trace);

export class GroupTerms {
  /** By value, a map a field of {@link TEXT_FIELDS}. */
  readonly #byValue: readonly Map<string, Term>[] = TEXT_FIELDS.map(() => new Map());
  /** By the bytes of the prefix: values that are indexed as the same bytes share a term. */
  readonly #byPrefix = new Map<string, Term>();
  #remembered = 0;
  #blockCount = 0;
  #groupCount = 0;
  #ofBlock: Term[] = [];
  #ofGroup: Term[] = [];
  /** By id, or by its prefix where it is kept otherwise: block number × 64 + position, of one exchange or of several. */
  readonly #traces = new Map<string, number | number[]>();

  begin(): void {
    this.#groupCount++;
    this.#ofGroup = [];
    this.#traces.clear();
    if (this.#remembered <= MAX_REMEMBERED) return;
    for (const terms of this.#byValue) terms.clear();
    this.#byPrefix.clear();
    this.#remembered = 0;
  }

  /** @param block its number in the group; they rise */
  add(block: number, documents: readonly IndexDocument[]): void {
    this.#blockCount++;
    this.#ofBlock = [];
    this.#addTexts(documents);
    this.#addLabels(documents);
    for (const term of this.#ofBlock) {
      if (term.groupCount !== this.#groupCount) {
        term.groupCount = this.#groupCount;
        term.listed.length = 0;
        this.#ofGroup.push(term);
      }
      term.listed.push(block, term.low, term.high);
    }
    for (let position = 0; position < documents.length; position++) {
      const { traceId } = documents[position] as IndexDocument;
      if (traceId !== '') this.#addTrace(traceId, 64 * block + position);
    }
  }

  /** @param take called with the prefix of each value but trace ids, and its blocks: number, low, high */
  forEach(take: (prefix: Buffer, listed: readonly number[]) => void): void {
    for (const { prefix, listed } of this.#ofGroup) take(prefix, listed);
  }

  /**
   * @param take called with each trace id: its digits where it is kept by them, otherwise its prefix; and with its
   *   exchanges, block number × 64 + position, rising
   */
  forEachTrace(
    take: (digits: string, prefix: Buffer | undefined, exchanges: number | readonly number[]) => void,
  ): void {
    for (const [name, exchanges] of this.#traces) {
      if (name.startsWith(PLAIN_TRACE)) take('', Buffer.from(name, 'latin1'), exchanges);
      else take(name, undefined, exchanges);
    }
  }

  #addTexts(documents: readonly IndexDocument[]): void {
    for (let field = 0; field < TEXT_FIELDS.length; field++) {
      const name = TEXT_FIELDS[field] as TextField;
      const terms = this.#byValue[field] as Map<string, Term>;
      let lastValue: string | number = '';
      let last: Term | undefined;
      for (let position = 0; position < documents.length; position++) {
        const value = (documents[position] as IndexDocument)[name];
        if (value === '' || value === 0) continue;
        if (last === undefined || value !== lastValue) {
          last = this.#textTerm(name, terms, typeof value === 'number' ? String(value) : value);
          lastValue = value;
        }
        this.#mark(last, position);
      }
    }
  }

  #addLabels(documents: readonly IndexDocument[]): void {
    let lastLabels: IndexDocument['labels'] | undefined;
    let last: Term[] = [];
    for (let position = 0; position < documents.length; position++) {
      const { labels } = documents[position] as IndexDocument;
      if (labels !== lastLabels) {
        lastLabels = labels;
        last = [];
        for (const name of Object.keys(labels)) {
          const value = labels[name] as string;
          if (value !== '') last.push(this.#prefixTerm(labelPrefix(name, value)));
        }
      }
      for (const term of last) this.#mark(term, position);
    }
  }

  #addTrace(traceId: string, exchange: number): void {
    // Two that are cut, or spelled in bytes that stand for both, share a posting.
    const name = isPackedTrace(traceId) ? traceId : tracePrefix(traceId).toString('latin1');
    const known = this.#traces.get(name);
    if (known === undefined) this.#traces.set(name, exchange);
    else if (typeof known === 'number') this.#traces.set(name, [known, exchange]);
    else known.push(exchange);
  }

  #mark(term: Term, position: number): void {
    if (term.blockCount !== this.#blockCount) {
      term.blockCount = this.#blockCount;
      term.low = 0;
      term.high = 0;
      this.#ofBlock.push(term);
    }
    if (position < 32) term.low |= 1 << position;
    else term.high |= 1 << (position - 32);
  }

  #textTerm(field: TextField, terms: Map<string, Term>, value: string): Term {
    const known = terms.get(value);
    if (known !== undefined) return known;
    const term = this.#prefixTerm(textPrefix(field, value));
    if (value.length <= MAX_REMEMBERED_CHARACTERS) {
      terms.set(value, term);
      this.#remembered++;
    }
    return term;
  }

  #prefixTerm(prefix: Buffer): Term {
    const key = prefix.toString('latin1');
    const known = this.#byPrefix.get(key);
    if (known !== undefined) return known;
    const term: Term = { prefix, blockCount: 0, low: 0, high: 0, groupCount: 0, listed: [] };
    this.#byPrefix.set(key, term);
    this.#remembered++;
    return term;
  }
}
