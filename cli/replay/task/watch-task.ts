/**
 * A task whose document is followed while its run goes on: when its file changes, and at SIGHUP.
 *
 *     file ─▶ parse ─▶ faulty?  told, and nothing changes
 *                 └──▶ difference from what is in effect ─▶ onChange, where there is any
 */
import type { BytecopyError } from '../../../core/index.ts';
import { watchFile } from '../../../emitter/index.ts';
import { diffTasks, type TaskDifference } from './diff-tasks.ts';
import { onHangup } from './hangup.ts';
import { unreadableTask } from './read-task.ts';
import type { ReplayTask } from './task.ts';

export interface TaskWatcher {
  /** @param difference says what of it a run can take; what is not `safe` has to be told */
  changed(next: ReplayTask, difference: TaskDifference): void;
  /** Nothing changes. */
  faulty(error: BytecopyError): void;
}

/**
 * @param inEffect what the run goes by at that moment: a version that it refused is none
 * @param parse throws a BytecopyError at a text that is no task
 * @returns ends the watch; idempotent
 */
export function watchTask(
  path: string,
  inEffect: () => ReplayTask,
  parse: (text: string) => ReplayTask,
  watcher: TaskWatcher,
): () => void {
  const read = (text: string) => {
    let next: ReplayTask;
    try {
      next = parse(text);
    } catch (error) {
      watcher.faulty(error as BytecopyError);
      return;
    }
    const difference = diffTasks(inEffect(), next);
    if (difference.safe.length + difference.unsafe.length > 0) watcher.changed(next, difference);
  };
  const file = watchFile(path, { text: read, unreadable: (cause) => watcher.faulty(unreadableTask(path, cause)) });
  const forget = onHangup(() => file.reread());
  return () => {
    forget();
    file.stop();
  };
}
