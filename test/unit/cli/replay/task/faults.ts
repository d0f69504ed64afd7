/** What a document is refused for. */
import { parseTask } from '../../../../../cli/replay/task/parse-task.ts';
import { BytecopyError } from '../../../../../core/index.ts';

/** @returns one text a fault; none where the document is taken */
export function faultsOf(text: string): readonly string[] {
  try {
    parseTask(text, 'task.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof BytecopyError) || error.code !== 'TASK_INVALID' || error.exitCode !== 2) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}
