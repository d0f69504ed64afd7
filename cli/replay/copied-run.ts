/**
 * One plan to several destinations, each of which gets all of it: a run each, side by side, so that none waits for another.
 *
 *     recording ─┬─▶ run to the targets ─▶ report
 *                ├─▶ run to a copy      ─▶ report
 *                └─▶ run to a copy      ─▶ report
 */
import { mergeProgress, type ReplayProgress, type RunSnapshot, type StopCause } from '../../emitter/index.ts';
import type { ReplayRun } from './replay-run.ts';

export interface CopiedRun {
  /** Snapshots of each run, in their order. @throws BytecopyError as the first run that failed did; the others are stopped then */
  run(): Promise<readonly (readonly RunSnapshot[])[]>;
  /** All of them. Idempotent. */
  stop(cause?: StopCause): void;
  /** Of all together. */
  progress(): ReplayProgress;
}

export function runTogether(runs: readonly ReplayRun[]): CopiedRun {
  const stop = (cause?: StopCause) => {
    for (const run of runs) run.stop(cause);
  };
  return {
    async run() {
      const failures: unknown[] = [];
      const ended = await Promise.all(
        runs.map(async (run) => {
          try {
            return await run.run();
          } catch (cause) {
            failures.push(cause);
            stop();
            return [];
          }
        }),
      );
      if (failures.length > 0) throw failures[0];
      return ended;
    },
    stop,
    progress: () => mergeProgress(runs.map((run) => run.progress())),
  };
}
