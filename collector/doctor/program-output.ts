/** What a small system program prints, or that it cannot be run. */
import { execFile } from 'node:child_process';

/** Programs asked here answer at once; one that does not is as good as missing. */
const PATIENCE_MS = 3000;

/** @returns undefined when the program is missing, fails or does not end */
export function programOutput(program: string, ...args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PATIENCE_MS, killSignal: 'SIGKILL' }, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}
