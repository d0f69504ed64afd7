/** A file, or standard input, that may be of any format that is read: which one, and its bytes. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { constants, gunzipSync } from 'node:zlib';
import { inflated, openSlabs } from '../../collector/index.ts';
import { type RecordingFormat, recordingFormat, TELLING_BYTES } from '../../formats/index.ts';

export interface RecordingInput {
  /** For people. */
  readonly name: string;
  readonly format: RecordingFormat;
  /** Unpacked; to be read once. */
  bytes(): AsyncGenerator<Uint8Array, void, void>;
}

/**
 * @param path `-` is standard input
 * @throws BytecopyError `CAPTURE_FILE_UNREADABLE` (exit code 2)
 */
export async function openRecording(path: string, stdin: Readable = process.stdin): Promise<RecordingInput> {
  if (path === '-') {
    const format = recordingFormat(await peek(stdin));
    return { name: 'standard input', format, bytes: () => inflated(stdin, 'standard input') };
  }
  return { name: path, format: await formatOf(path), bytes: () => fileBytes(path) };
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  const file = await openSlabs(path);
  try {
    yield* inflated(file.slabs, path);
  } finally {
    await file.close();
  }
}

async function formatOf(path: string): Promise<RecordingFormat> {
  let head: Uint8Array = new Uint8Array(0);
  try {
    for await (const piece of fileBytes(path)) {
      head = head.length === 0 ? piece : Buffer.concat([head, piece]);
      if (head.length >= TELLING_BYTES) break;
    }
  } catch (error) {
    // What is damaged from the start on is its reader's to tell.
    if ((error as { code?: string }).code !== 'CAPTURE_GZIP') throw error;
  }
  return recordingFormat(head);
}

/** The first piece of a stream, unpacked as far as it goes; the stream still gives it to its reader. */
async function peek(stdin: Readable & { readonly isTTY?: boolean }): Promise<Uint8Array> {
  if (stdin.isTTY === true) return new Uint8Array(0);
  if (stdin.readableLength === 0 && !stdin.readableEnded)
    await Promise.race([once(stdin, 'readable'), once(stdin, 'end')]);
  const piece = stdin.read() as Buffer | null;
  if (piece === null) return new Uint8Array(0);
  stdin.unshift(piece);
  if (piece[0] !== 0x1f || piece[1] !== 0x8b) return piece;
  try {
    return gunzipSync(piece, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0);
  }
}
