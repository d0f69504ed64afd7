/** What every file here answers to a flag that it cannot take. */
import { BytecopyError } from '../../core/index.ts';

/** @returns BytecopyError `USAGE` (exit code 2) */
export function usageError(message: string, hint: string): BytecopyError {
  return new BytecopyError('USAGE', message, { hint, exitCode: 2 });
}
