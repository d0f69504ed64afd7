/**
 * Joins the compiled files of each stage into one: `dist/parser/index.js` instead of two hundred files. A command
 * starts in two thirds of the time, and constants of other files become constants of the same one, which V8 can fold.
 *
 *     npx tsx deploy/bundle.ts        behind tsc, by `npm run build`
 *
 * A stage stays a file of its own, imported by its public face as in the sources; what it starts as a process of its own
 * lies beside that. `cli` is left as it is, because it loads its commands when they are named.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const DIST = resolve(import.meta.dirname, '../dist');

/** Folder → its files that are entered from outside. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  core: ['index.js'],
  formats: ['index.js'],
  parser: ['index.js'],
  collector: ['index.js', 'sources/libpcap-child.js', 'sources/cap-child.js'],
  store: ['index.js'],
  emitter: ['index.js'],
};

for (const [folder, entries] of Object.entries(STAGES)) await bundle(join(DIST, folder), entries);

async function bundle(folder: string, entries: readonly string[]): Promise<void> {
  const joined = `${folder}.joined`;
  rmSync(joined, { recursive: true, force: true });
  mkdirSync(joined);
  const build = await rolldown({
    input: entries.map((entry) => join(folder, entry)),
    platform: 'node',
    external: (id, importer) => importer !== undefined && !isWithin(folder, id, importer),
  });
  await build.write({ dir: joined, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' });
  await build.close();
  rmSync(folder, { recursive: true });
  renameSync(joined, folder);
}

/** Whether an import stays in its stage; packages and other stages are imported by the joined file, too. */
function isWithin(folder: string, id: string, importer: string): boolean {
  if (!id.startsWith('.') && !id.startsWith('/')) return false;
  return !relative(folder, resolve(dirname(importer), id)).startsWith('..');
}
