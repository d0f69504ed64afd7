/** What planning reads: pages of exchanges, from the beginning or of a range of time. */
import type { Exchange, Micros } from '../../core/index.ts';

/** Recorded times, µs since the epoch: the first one taken, and the first one no longer taken. */
export interface RecordingRange {
  readonly since: Micros;
  readonly until: Micros;
}

/** Times of the first and the last exchange. */
export interface RecordingSpan {
  readonly firstAt: Micros;
  readonly lastAt: Micros;
}

/** Opens the recording from its beginning, once a pass; or the exchanges of a range, once a slice and pass. */
export type OpenRecording = (range?: RecordingRange) => AsyncIterable<readonly Exchange[]>;

/** Exchanges in the order in which they are planned. */
export interface Batch {
  readonly exchanges: readonly Exchange[];
  /** Of an overlay, an entry an exchange: its slice, and its time as if the slice had been recorded with the first. */
  readonly overlay: { readonly slices: Uint8Array; readonly times: Float64Array } | undefined;
}
