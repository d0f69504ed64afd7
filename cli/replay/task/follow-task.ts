/** A run under way follows its document and its discovered targets; what came of it is told on standard error. */
import { BytecopyError } from '../../../core/index.ts';
import { escapeForTerminal } from '../../render/terminal-text.ts';
import type { ReplayRun } from '../replay-run.ts';
import type { DiscoveredTargets } from './discovered-targets.ts';
import type { OpenedTask } from './open-task.ts';
import { type ReplayChanges, runChangesOf } from './run-changes.ts';
import type { TaskFlags } from './task.ts';
import { taskNews, unheededNews } from './task-news.ts';
import { targetSetOf, targetsText } from './task-targets.ts';
import { watchTask } from './watch-task.ts';

export interface FollowedTask {
  /** Of the document; undefined where there is none. */
  readonly path: string | undefined;
  readonly opened: OpenedTask<TaskFlags>;
  readonly discovered: DiscoveredTargets;
  readonly run: ReplayRun;
  /** Whole lines without their ends. */
  readonly say: (text: string) => void;
}

/** @returns ends it; idempotent */
export function followTask({ path, opened, discovered, run, say }: FollowedTask): () => void {
  let { task } = opened;
  // One after the other: a change may have to find its targets first.
  let applied = Promise.resolve();
  const apply = (changes: ReplayChanges, before = task) => {
    applied = applied
      .then(() => run.change?.(changes))
      .catch((error: unknown) => {
        // Else what came with it would be taken for done by the next version.
        task = before;
        sayError(error, say);
      });
  };
  const forgetTargets = discovered.follow(() => {
    const targets = discovered.into(targetSetOf(task));
    say(`targets found: ${escapeForTerminal(targetsText(targets))}`);
    if (run.change === undefined) say('  several workers share the run: it goes on with the targets that it has');
    else apply({ targets });
  });
  if (path === undefined) return forgetTargets;
  const forgetTask = watchTask(path, () => task, opened.parse, {
    changed: (_next, difference) => {
      if (run.change === undefined) {
        say(unheededNews(path));
        return;
      }
      say(taskNews(path, difference));
      const before = task;
      task = difference.inEffect;
      apply(runChangesOf(difference.safe, discovered.into(targetSetOf(task))), before);
    },
    faulty: (error) => {
      sayError(error, say);
      say('  nothing has changed: the run goes on with the version before');
    },
  });
  return () => {
    forgetTargets();
    forgetTask();
  };
}

function sayError(error: unknown, say: (text: string) => void): void {
  if (!(error instanceof BytecopyError)) throw error;
  say(error.hint === undefined ? error.message : `${error.message}\n  ${error.hint}`);
}
