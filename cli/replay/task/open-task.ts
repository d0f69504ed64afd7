/** Flags, and the document they name where they name one → the task. */
import { usageError } from '../../options/usage-error.ts';
import { flagsOntoTask, taskUnderFlags } from './flags-onto-task.ts';
import { readTaskText } from './read-task.ts';
import type { ReplayTask, TaskFlags } from './task.ts';

export interface OpenedTask<Flags extends TaskFlags> {
  /** What flags and document say together. */
  readonly flags: Flags;
  readonly task: ReplayTask;
  /** Reads a later version of the document, under the same flags. @throws BytecopyError `TASK_INVALID` (exit code 2) */
  readonly parse: (text: string) => ReplayTask;
}

const NO_DOCUMENT = {
  pools: undefined,
  discovered: [],
  balance: undefined,
  health: undefined,
  units: undefined,
  rules: undefined,
  correlate: undefined,
} as const;

/**
 * @param path of the document; undefined where flags say all
 * @throws BytecopyError `TASK_UNREADABLE`, `TASK_INVALID`; `USAGE` where values are to be learnt and nothing names a session (exit code 2)
 */
export async function openTask<Flags extends TaskFlags>(
  flags: Flags,
  path: string | undefined,
): Promise<OpenedTask<Flags>> {
  const plain: ReplayTask = { ...NO_DOCUMENT, flags };
  if (path === undefined) return { flags, task: plain, parse: () => plain };
  const text = readTaskText(path);
  // The YAML package costs a tenth of a second to load: only those who have a document pay for it.
  const { parseTask } = await import('./parse-task.ts');
  const document = parseTask(text, path);
  const merged = flagsOntoTask(flags, document);
  if ((document.correlate ?? []).length > 0 && merged.session === undefined) {
    throw usageError(
      `the task ${path} says correlate and no session: answers are learnt from within sessions`,
      'say whose requests belong together, such as session: flow or session: cookie:sid',
    );
  }
  return {
    flags: merged,
    task: taskUnderFlags(flags, document),
    parse: (changed) => taskUnderFlags(flags, parseTask(changed, path)),
  };
}
