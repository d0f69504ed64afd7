/**
 * How to start a file of this project as a process of its own.
 *
 * Compiled, entries are `.js` and Node runs them. From the sources (tsx, vitest) they are `.ts`: newer Node runs those
 * too, Node 20 through tsx. `new URL('./x.ts')` is rewritten by no compiler, so the ending is taken from the asker.
 */
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface ChildEntry {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * @param askerUrl `import.meta.url` of a module in the same folder as the entry
 * @param name file name of the entry without its ending
 */
export function childEntry(askerUrl: string, name: string): ChildEntry {
  const ending = extname(fileURLToPath(askerUrl));
  const entry = fileURLToPath(new URL(`./${name}${ending}`, askerUrl));
  return { command: process.execPath, args: [...loaderArgs(ending, askerUrl), entry] };
}

function loaderArgs(ending: string, askerUrl: string): readonly string[] {
  if (ending !== '.ts' || runsTypeScript()) return [];
  return ['--import', pathToFileURL(createRequire(askerUrl).resolve('tsx')).href];
}

/** Node 22.18 and later strip types without being told. */
function runsTypeScript(): boolean {
  const { features } = process as { features: { typescript?: false | 'strip' | 'transform' } };
  return features.typescript === 'strip' || features.typescript === 'transform';
}
