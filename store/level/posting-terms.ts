/**
 * Distinct values of one block with their positions, gathered without an allocation a document: a value that was met
 * before has its term, which is marked with the number of the block that it was last met in.
 */
import type { IndexDocument } from '../../core/index.ts';
import { isPackedTrace, labelPrefix, TEXT_FIELDS, type TextField, textPrefix, tracePrefix } from './posting-fields.ts';

interface Term {
  readonly prefix: Buffer;
  /** Of the last block that has it. */
  blockNumber: number;
  low: number;
  high: number;
}

/** Terms remembered; forgotten all at once between two blocks. */
const MAX_REMEMBERED = 8192;
/** Longer values are not remembered by themselves. */
const MAX_REMEMBERED_CHARACTERS = 512;

export class BlockTerms {
  /** By value, a map a field of {@link TEXT_FIELDS}. */
  readonly #byValue: readonly Map<string, Term>[] = TEXT_FIELDS.map(() => new Map());
  /** By the bytes of the prefix: values that are indexed as the same bytes share a term. */
  readonly #byPrefix = new Map<string, Term>();
  #remembered = 0;
  #blockNumber = 0;
  #found: Term[] = [];
  /** Place in the arrays behind it. */
  readonly #traces = new Map<string, number>();
  readonly #traceIds: string[] = [];
  readonly #traceLows = new Uint32Array(64);
  readonly #traceHighs = new Uint32Array(64);

  /** Begins a block. */
  begin(): void {
    this.#blockNumber++;
    this.#found = [];
    this.#traces.clear();
    if (this.#remembered <= MAX_REMEMBERED) return;
    for (const terms of this.#byValue) terms.clear();
    this.#byPrefix.clear();
    this.#remembered = 0;
  }

  addTexts(documents: readonly IndexDocument[]): void {
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

  addLabels(documents: readonly IndexDocument[]): void {
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

  addTrace(traceId: string, position: number): void {
    // Two that are cut, or spelled in bytes that stand for both, share a posting.
    const name = isPackedTrace(traceId) ? traceId : tracePrefix(traceId).toString('latin1');
    let at = this.#traces.get(name);
    if (at === undefined) {
      at = this.#traces.size;
      this.#traces.set(name, at);
      this.#traceIds[at] = traceId;
      this.#traceLows[at] = 0;
      this.#traceHighs[at] = 0;
    }
    if (position < 32) (this.#traceLows[at] as number) |= 1 << position;
    else (this.#traceHighs[at] as number) |= 1 << (position - 32);
  }

  forEach(take: (prefix: Buffer, low: number, high: number) => void): void {
    for (const { prefix, low, high } of this.#found) take(prefix, low, high);
  }

  forEachTrace(take: (traceId: string, low: number, high: number) => void): void {
    for (let at = 0; at < this.#traces.size; at++) {
      take(this.#traceIds[at] as string, this.#traceLows[at] as number, this.#traceHighs[at] as number);
    }
  }

  #mark(term: Term, position: number): void {
    if (term.blockNumber !== this.#blockNumber) {
      term.blockNumber = this.#blockNumber;
      term.low = 0;
      term.high = 0;
      this.#found.push(term);
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
    const term: Term = { prefix, blockNumber: 0, low: 0, high: 0 };
    this.#byPrefix.set(key, term);
    this.#remembered++;
    return term;
  }
}
