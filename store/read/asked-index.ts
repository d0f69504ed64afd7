/**
 * The index as one search asks it. Where it does not answer, it is not asked again: the data answers by itself, only
 * slower, and who searches is told once. A segment of it that is damaged says nothing about the others.
 */
import {
  BytecopyError,
  type IndexHit,
  type IndexLayer,
  type KeyRange,
  type Query,
  segmentStart,
} from '../../core/index.ts';
import type { ReportDamage } from './damage.ts';

export class AskedIndex {
  readonly #index: Pick<IndexLayer, 'search'>;
  readonly #report: ReportDamage;
  #failed = false;
  /** Segments that this search has yet to finish. */
  segmentsLeft = 0;

  constructor(index: Pick<IndexLayer, 'search'>, report: ReportDamage) {
    this.#index = index;
    this.#report = report;
  }

  /** @returns undefined where the data has to be read */
  async search(range: KeyRange, where: Query | undefined): Promise<AsyncIterable<readonly IndexHit[]> | undefined> {
    if (this.#failed || where === undefined || where.kind === 'everything') return undefined;
    try {
      return await this.#index.search({ ...range, where });
    } catch (error) {
      if (!this.isFailure(error, range.segment)) throw error;
      return undefined;
    }
  }

  /** Whether what was thrown while hits were read is a failure of the index, which is told. */
  isFailure(error: unknown, segment: string): boolean {
    if (!isOfIndex(error)) return false;
    if (error.code === 'STORE_CORRUPT_SEGMENT' || this.#failed) return true;
    this.#failed = true;
    const at = segmentStart(segment);
    const many = this.segmentsLeft === 1 ? 'a segment' : `${this.segmentsLeft} segments`;
    const text = `the index does not answer: reading ${many} without it (${error.message})`;
    this.#report({ code: 'STORE_INDEX_UNANSWERED', key: '', firstAt: at, lastAt: at, exchanges: 0, text });
    return true;
  }
}

/** A store that was closed meanwhile answers nothing any more. */
export function isOfIndex(error: unknown): error is BytecopyError {
  return error instanceof BytecopyError && error.code !== 'STORE_CLOSED' && error.code !== 'INDEX_CLOSED';
}
