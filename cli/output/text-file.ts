/** A file that is written at the end of a run, readable by its owner only: it holds names of what was recorded. */
import { writeFile } from 'node:fs/promises';
import { writeFailure } from './write-failure.ts';

/** @throws BytecopyError `OUTPUT_FAILED` when it cannot be written */
export async function writeTextFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600 });
  } catch (cause) {
    throw writeFailure(path, path, cause as Error);
  }
}
