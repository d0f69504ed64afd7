/** A file of JSON lines that only its owner may read: `--out`, `--results`. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { TextOutput } from './text-output.ts';
import { writeFailure } from './write-failure.ts';

/** @throws BytecopyError `OUTPUT_FAILED` when the file cannot be written */
export async function openLineFile(path: string): Promise<TextOutput> {
  const stream = createWriteStream(path, { mode: 0o600 });
  try {
    await once(stream, 'open');
  } catch (cause) {
    throw writeFailure(path, path, cause as Error);
  }
  return new TextOutput(stream, path);
}
