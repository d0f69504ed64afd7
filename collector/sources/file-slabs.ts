/** The bytes of a file in order, each piece in memory of its own that is never written again. */
import { open } from 'node:fs/promises';
import { type ByteCount, BytecopyError } from '../../core/index.ts';

/** Large enough that reading costs no calls worth counting, small enough to stay in the processor's cache from stage to stage. */
export const SLAB_BYTES: ByteCount = 512 * 1024;

export interface FileSlabs {
  /** One slab is read ahead while the last one is used. */
  readonly slabs: AsyncGenerator<Uint8Array, void, void>;
  /** The slabs end with the one being read. */
  stop(): void;
  close(): Promise<void>;
}

/** @throws BytecopyError `CAPTURE_FILE_UNREADABLE` (exit code 2) when there is no such file, or it cannot be read */
export async function openSlabs(path: string): Promise<FileSlabs> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(`cannot open ${path}: ${reason(cause)}`, cause);
  });
  let stopped = false;
  const readSlab = async (): Promise<Uint8Array> => {
    const slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    const { bytesRead } = await file.read(slab, 0, slab.length);
    // A plain view: what reads packets is compiled for one kind of array, and a Buffer is another.
    return new Uint8Array(slab.buffer, slab.byteOffset, bytesRead);
  };
  async function* read(): AsyncGenerator<Uint8Array, void, void> {
    let ahead = readSlab();
    try {
      for (;;) {
        const slab = await ahead;
        if (slab.length === 0 || stopped) return;
        ahead = readSlab();
        // A failure is met when the slab is asked for, not while the last one is still in use.
        ahead.catch(() => undefined);
        yield slab;
      }
    } catch (cause) {
      throw unreadable(`cannot read ${path}: ${reason(cause as NodeJS.ErrnoException)}`, cause);
    } finally {
      await ahead.catch(() => undefined);
    }
  }
  return {
    slabs: read(),
    stop: () => {
      stopped = true;
    },
    close: () => file.close(),
  };
}

function unreadable(message: string, cause: unknown): BytecopyError {
  return new BytecopyError('CAPTURE_FILE_UNREADABLE', message, { exitCode: 2, cause });
}

function reason(cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'reading it is not permitted';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return cause.message;
  }
}
