/**
 * Lines to a file or pipe from a source that cannot be held up, such as the outcomes of sends: every line is kept and
 * memory stays flat, because whoever writes a line waits while a full batch goes out.
 *
 *     line ─▶ batch (256 KiB) ─▶ write ─▶ file: as fast as the system takes it
 *                                   └──▶ pipe: waits in steps of {@link WAIT_MS} while its reader is behind
 *
 * A wait is the whole process's: a replay tells it as schedule lag. A reader that takes nothing for {@link STANDSTILL_MS}
 * has failed, so that an interrupted run always ends. A process that ends at once writes what it still holds, without waiting.
 */
import { constants, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { ByteCount, BytecopyError, Millis } from '../../core/index.ts';
import { writeFailure } from './write-failure.ts';

const BATCH_CHARACTERS = 256 * 1024;
const WAIT_MS: Millis = 2;
const STANDSTILL_MS: Millis = 10_000;
/** How long a named pipe may be without a reader at first, and how often that is looked at. */
const READER_MS: Millis = 30_000;
const LOOK_MS: Millis = 50;

const asleep = new Int32Array(new SharedArrayBuffer(4));

export class BlockingLines {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #onFailure: (failure: BytecopyError) => void;
  #text = '';
  #failure: BytecopyError | undefined;
  #heldUpMs: Millis = 0;
  readonly #writeAtExit = () => this.#writeWithoutWaiting();

  /** @param onFailure called once, at the first write that fails; lines after it are lost */
  constructor(file: FileHandle, path: string, onFailure: (failure: BytecopyError) => void) {
    this.#file = file;
    this.#path = path;
    this.#onFailure = onFailure;
    process.once('exit', this.#writeAtExit);
  }

  /** How long writing has held up whoever wrote the lines. */
  get heldUpMs(): Millis {
    return this.#heldUpMs;
  }

  line(text: string): void {
    this.lines(`${text}\n`);
  }

  /** @param text whole lines, each with its line break */
  lines(text: string): void {
    if (this.#failure !== undefined) return;
    this.#text += text;
    if (this.#text.length >= BATCH_CHARACTERS) this.#write();
  }

  /**
   * Resolves when everything was written and the file is closed.
   *
   * @throws BytecopyError `OUTPUT_FAILED` when that was not possible
   */
  async finish(): Promise<void> {
    process.off('exit', this.#writeAtExit);
    if (this.#failure === undefined && this.#text !== '') this.#write();
    await this.#file.close().catch((cause: Error) => this.#fail(cause));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #write(): void {
    const begun = performance.now();
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    try {
      this.#writeAll(bytes);
    } catch (cause) {
      this.#fail(cause as Error);
    }
    this.#heldUpMs += performance.now() - begun;
  }

  #writeAll(bytes: Uint8Array): void {
    let written = 0;
    let waitedMs = 0;
    while (written < bytes.length) {
      const taken = tryWrite(this.#file.fd, bytes, written);
      written += taken;
      if (taken > 0) {
        waitedMs = 0;
        continue;
      }
      if (waitedMs >= STANDSTILL_MS) throw new Error(`its reader has taken nothing for ${STANDSTILL_MS / 1_000} s`);
      Atomics.wait(asleep, 0, 0, WAIT_MS);
      waitedMs += WAIT_MS;
    }
  }

  #writeWithoutWaiting(): void {
    if (this.#failure !== undefined) return;
    const bytes = Buffer.from(this.#text);
    try {
      for (let written = 0, taken = 1; written < bytes.length && taken > 0; written += taken) {
        taken = tryWrite(this.#file.fd, bytes, written);
      }
    } catch (cause) {
      this.#fail(cause as Error);
    }
  }

  #fail(cause: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = writeFailure(this.#path, this.#path, cause);
    this.#text = '';
    this.#onFailure(this.#failure);
  }
}

/**
 * Opens the file for its owner alone, emptied; a named pipe as soon as somebody reads it.
 *
 * @throws BytecopyError `OUTPUT_FAILED`
 */
export async function openBlockingLines(
  path: string,
  onFailure: (failure: BytecopyError) => void,
): Promise<BlockingLines> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    try {
      return new BlockingLines(await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o600), path, onFailure);
    } catch (cause) {
      // ENXIO: a named pipe that nobody reads yet.
      if ((cause as NodeJS.ErrnoException).code !== 'ENXIO') throw writeFailure(path, path, cause as Error);
      if (waitedMs >= READER_MS) throw writeFailure(path, path, new Error('nobody reads this pipe'));
      await wait(LOOK_MS);
    }
  }
}

/** 0 where a pipe is full. */
function tryWrite(fd: number, bytes: Uint8Array, from: number): ByteCount {
  try {
    return writeSync(fd, bytes, from);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw cause;
  }
}
