/** Makes a folder, open to its owner only, and the folders above it that are missing. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * One at a time: Node's own recursive `mkdir` never ends where a file system says of each that the one above is missing,
 * as /proc does.
 *
 * @throws Error of the file system
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path) throw error;
    await makeFolder(above);
    await mkdir(path, { mode: 0o700 });
  }
}
