/**
 * Path by which a socket in a store's folder is bound and reached.
 *
 * A socket's path is at most 107 bytes long on Linux (`sun_path`, unix(7)). Where the folder's is longer, the folder is
 * opened and the socket named through the open file: `/proc/self/fd/12/socket`.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Of `sun_path` on the platform with the shortest one, without the ending 0. */
const MAX_SOCKET_PATH_BYTES = 103;

export class SocketPath {
  readonly path: string;
  readonly #folder: FileHandle | undefined;

  private constructor(path: string, folder: FileHandle | undefined) {
    this.path = path;
    this.#folder = folder;
  }

  static async of(storePath: string): Promise<SocketPath> {
    const path = join(storePath, 'socket');
    if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return new SocketPath(path, undefined);
    const folder = await open(storePath, 'r');
    return new SocketPath(`/proc/self/fd/${folder.fd}/socket`, folder);
  }

  /** To be called when nothing is bound to or reached by the path any more. */
  async close(): Promise<void> {
    await this.#folder?.close();
  }
}
