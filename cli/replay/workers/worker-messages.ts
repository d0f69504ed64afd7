/** What the threads of a replay say to each other. Times go as µs of the system's monotonic clock, which all threads share. */
import type { BytecopyError, Micros, Selection } from '../../../core/index.ts';
import type { RecordingSpan, ReplayOptions, ReplayProgress, RunSnapshot, StopCause } from '../../../emitter/index.ts';
import type { StorePlace } from '../../stores/place.ts';
import type { AnswerSecrets } from '../answer-secrets.ts';
import type { RecordingKeys } from '../unsealed-recording.ts';

/** What a worker begins with. */
export interface WorkerTask {
  readonly options: ReplayOptions;
  /** Of the store, which another thread has open. */
  readonly place: StorePlace | string;
  readonly selection: Selection;
  /** Open its secrets; absent where they stay placeholders. */
  readonly keys: RecordingKeys | undefined;
  readonly span: RecordingSpan;
  /** What is cut out of answers in result lines; absent where they are verbatim. */
  readonly answers: AnswerSecrets | undefined;
  /** Lots of result lines that are on their way, one Int32; absent where results are not asked for. */
  readonly lotsUnderWay: SharedArrayBuffer | undefined;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly systemMicros: Micros }
  | { readonly kind: 'stop'; readonly cause: StopCause | undefined };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: ReplayProgress }
  /** Whole lines, each with its line break. */
  | { readonly kind: 'lines'; readonly text: string }
  | { readonly kind: 'ended'; readonly snapshot: RunSnapshot }
  | { readonly kind: 'failed'; readonly failure: WorkerFailure };

/** A `BytecopyError` taken apart, because classes do not travel. */
export interface WorkerFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: BytecopyError['exitCode'];
}

/** µs of the clock that all threads of this machine share. */
export function systemMicros(): Micros {
  return Number(process.hrtime.bigint() / 1_000n);
}
