/** A task's file, read. */
import { readFileSync } from 'node:fs';
import { BytecopyError } from '../../../core/index.ts';
import { whyUnreadable } from '../../config/config.ts';

/** @throws BytecopyError `TASK_UNREADABLE` (exit code 2) */
export function readTaskText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadableTask(path, cause);
  }
}

export function unreadableTask(path: string, cause: unknown): BytecopyError {
  return new BytecopyError('TASK_UNREADABLE', `the task ${path}: ${whyUnreadable(cause)}`, {
    hint: '--task names it',
    exitCode: 2,
    cause,
  });
}
