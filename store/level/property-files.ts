/** Properties of a data layer: a file each, replaced as a whole and forced to the disk. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toStoreError } from './level-folder.ts';

export class PropertyFiles {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#pathOf(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw toStoreError(error, this.#pathOf(name));
    }
  }

  async write(name: string, value: Uint8Array | undefined): Promise<void> {
    const path = this.#pathOf(name);
    try {
      if (value === undefined) await rm(path, { force: true });
      else await this.#replace(path, value);
      await syncPath(this.#path);
    } catch (error) {
      if (value === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw toStoreError(error, path);
    }
  }

  async list(prefix: string): Promise<readonly string[]> {
    const names = await readdir(this.#path).catch(() => []);
    return names
      .filter((name) => !name.endsWith('.new'))
      .map((name) => decodeURIComponent(name))
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  async #replace(path: string, value: Uint8Array): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const beside = `${path}.new`;
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(value);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  }

  /** `/` is written as `%2F`, so that every property is one file of one folder. */
  #pathOf(name: string): string {
    return join(this.#path, encodeURIComponent(name));
  }
}

async function syncPath(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
