/**
 * What of a store could not be read: it is skipped, reported once a reading, and the rest is served. An index that does
 * not answer is told the same way; nothing is skipped then, the data is read instead.
 */
import type { Micros } from '../../core/index.ts';

export interface Damage {
  readonly code: 'STORE_CORRUPT_BLOCK' | 'STORE_CORRUPT_SEGMENT' | 'STORE_CORRUPT_LOG' | 'STORE_INDEX_UNANSWERED';
  /** Key of the block in hexadecimal; empty for a whole segment. */
  readonly key: string;
  readonly firstAt: Micros;
  readonly lastAt: Micros;
  /** Exchanges not served; 0 where that is not known. */
  readonly exchanges: number;
  /** One line for people: what, where, what is wrong. */
  readonly text: string;
}

export type ReportDamage = (damage: Damage) => void;
