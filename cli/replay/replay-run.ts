/** A replay under way, in this thread or shared by several. */
import { type Clock, Ledger, type Micros, type ReplayResult, type Selection } from '../../core/index.ts';
import {
  type RecordingSpan,
  Replayer,
  type ReplayOptions,
  type ReplayProgress,
  type RunSnapshot,
  type StopCause,
} from '../../emitter/index.ts';
import type { ReplayedStore } from './unsealed-recording.ts';

export interface ReplayRun {
  /** One snapshot of each thread that sent. @throws BytecopyError as `Replayer.run` does */
  run(): Promise<readonly RunSnapshot[]>;
  /** Idempotent. */
  stop(cause?: StopCause): void;
  progress(): ReplayProgress;
  /** Changes what may be changed meanwhile; absent where several threads share the run. @throws BytecopyError as `Replayer.change` does */
  change?(changes: Parameters<Replayer['change']>[0]): Promise<void>;
}

/** What is replayed, in which order of time. */
export interface Recording {
  readonly store: ReplayedStore;
  readonly selection: Selection;
  readonly span: RecordingSpan;
}

export interface ReplayRunDeps {
  readonly clock: Clock;
  readonly onResult?: (result: ReplayResult) => void;
  readonly startAt?: () => Promise<Micros>;
}

/** The plan, or the shard of it that the options name, sent by this thread. */
export function replayHere(
  options: ReplayOptions,
  { store, selection, span }: Recording,
  deps: ReplayRunDeps,
): ReplayRun {
  const replayer = new Replayer(options, { ...deps, ledger: new Ledger() });
  return {
    run: async () => [await replayer.run((range) => store.find(within(selection, range)), span)],
    stop: (cause) => replayer.stop(cause),
    progress: () => replayer.progress(),
    change: (changes) => replayer.change(changes),
  };
}

/** The part of a selection that lies in a range. */
export function within(
  selection: Selection,
  range: { readonly since: Micros; readonly until: Micros } | undefined,
): Selection {
  if (range === undefined) return selection;
  return {
    ...selection,
    since: Math.max(range.since, selection.since ?? range.since),
    until: Math.min(range.until, selection.until ?? range.until),
  };
}

/**
 * The part of a selection that was looked at: what a capture adds to the store meanwhile nobody has decided about, and
 * neither passes nor workers would agree on where it ends.
 */
export function lookedAt(
  selection: Selection,
  { complete, span }: { readonly complete: boolean; readonly span: RecordingSpan },
): Selection {
  return complete ? within(selection, { since: span.firstAt, until: span.lastAt + 1 }) : selection;
}
