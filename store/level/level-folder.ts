/** One LevelDB folder. The only file that imports `level`; its errors leave as `BytecopyError`. */
import { mkdir } from 'node:fs/promises';
import { Level } from 'level';
import { type ByteCount, BytecopyError } from '../../core/index.ts';

export type LevelFolder = Level<Buffer, Buffer>;

export interface LevelFolderOptions {
  /** Bytes kept in memory before they become a sorted table; twice this at the worst. */
  readonly writeBufferBytes: ByteCount;
  /** Bytes of tables kept unpacked. */
  readonly cacheBytes: ByteCount;
}

/**
 * @throws BytecopyError `STORE_LOCKED` where another process has the folder open, `STORE_FULL`, `STORE_CORRUPT_SEGMENT`, `STORE_IO`
 */
export async function openLevelFolder(path: string, options: LevelFolderOptions): Promise<LevelFolder> {
  const folder: LevelFolder = new Level<Buffer, Buffer>(path, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    compression: false,
    writeBufferSize: options.writeBufferBytes,
    cacheSize: options.cacheBytes,
  });
  try {
    await mkdir(path, { recursive: true, mode: 0o700 }); // LevelDB's own would be open to everyone
    await folder.open();
    return folder;
  } catch (error) {
    throw toStoreError(error, path);
  }
}

/** LevelDB's failures by what the user can do about them. */
export function toStoreError(error: unknown, path: string): BytecopyError {
  if (error instanceof BytecopyError) return error;
  const text = failureText(error);
  if (/LEVEL_LOCKED|already held by process/.test(text)) {
    return new BytecopyError('STORE_LOCKED', `${path} is open in another process`, { cause: error });
  }
  if (/No space left on device|ENOSPC|Disk quota exceeded|File too large/.test(text)) {
    return new BytecopyError('STORE_FULL', `no space left to write ${path}`, {
      cause: error,
      hint: 'free space on that disk; writing resumes by itself, and nothing stored is damaged',
    });
  }
  // A file that LevelDB's own list names and that is not there, or that ends early, is no failure of the disk.
  // A name that was changed may have any byte in it, line ends too.
  if (
    /LEVEL_CORRUPTION|Corruption|IO error: [\s\S]*(?:No such file|Not a directory|\.ldb: Invalid argument)/.test(text)
  ) {
    return new BytecopyError('STORE_CORRUPT_SEGMENT', `${path} is damaged: ${text}`, {
      cause: error,
      hint: 'the other segments are served; remove this folder to be rid of the message',
    });
  }
  if (/EACCES|EPERM|Permission denied|not permitted/.test(text)) {
    return new BytecopyError('STORE_IO', `no permission to use ${path}`, {
      cause: error,
      hint: 'a store belongs to the user who made it: run as that user, or name another with --store',
    });
  }
  return new BytecopyError('STORE_IO', `cannot use ${path}: ${text}`, { cause: error });
}

/** Code and message of an error and of what caused it; level wraps at most a few deep. */
function failureText(error: unknown): string {
  const texts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth++) {
    texts.push(`${(current as NodeJS.ErrnoException).code ?? ''} ${current.message}`.trim());
    current = current.cause;
  }
  return texts.join(': ') || String(error);
}

/** Bytes of the tables of a folder, roughly; what waits in memory is not counted. */
export function approximateSize(folder: LevelFolder): Promise<ByteCount> {
  const { approximateSize: sizeBetween } = folder as unknown as {
    approximateSize(from: Buffer, to: Buffer): Promise<number>;
  };
  return sizeBetween.call(folder, Buffer.of(0), Buffer.of(0xff, 0xff));
}
