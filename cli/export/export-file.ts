/** The file of an export: written beside its place and renamed when it is whole, gzipped where its name says so. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { writeFailure } from '../output/write-failure.ts';

/**
 * @param path undefined for `stdout`
 * @throws BytecopyError `OUTPUT_FAILED`; what `pieces` throws: nothing is left behind then
 */
export async function writeExport(
  pieces: AsyncIterable<Uint8Array>,
  path: string | undefined,
  stdout: Writable,
): Promise<void> {
  if (path === undefined) return await pipeTo(Readable.from(pieces, { objectMode: false }), stdout, 'standard output');
  const beside = `${path}.partial`;
  try {
    const file = createWriteStream(beside, { mode: 0o600 });
    const source = Readable.from(pieces, { objectMode: false });
    await (path.endsWith('.gz') ? pipeline(source, createGzip(), file) : pipeline(source, file));
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw isSystemError(error) ? writeFailure(path, path, error) : error;
  }
}

async function pipeTo(source: Readable, target: Writable, name: string): Promise<void> {
  try {
    await pipeline(source, target, { end: false });
  } catch (error) {
    // Whoever reads had enough, as `head` does.
    if (isSystemError(error) && error.code === 'EPIPE') return;
    throw isSystemError(error) ? writeFailure(name, name, error) : error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
