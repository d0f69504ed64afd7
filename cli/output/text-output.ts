/** Lines to a stream in large writes, with the stream's backpressure and its failure made visible. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { BytecopyError } from '../../core/index.ts';

/** Characters gathered before a write: a pipe takes 64 KiB at once. */
const GATHERED_CHARACTERS = 64 * 1024;

export class TextOutput {
  readonly #stream: Writable;
  readonly #name: string;
  #text = '';
  #draining: Promise<void> | undefined;
  #failure: BytecopyError | undefined;

  /** @param name of the stream, as messages should call it: a path */
  constructor(stream: Writable, name = 'standard output') {
    this.#stream = stream;
    this.#name = name;
    stream.on('error', (cause) => this.#fail(cause));
  }

  line(text: string): void {
    this.#text += `${text}\n`;
    if (this.#text.length >= GATHERED_CHARACTERS) this.#write();
  }

  /**
   * Undefined where the stream takes more now; otherwise resolves when it does.
   *
   * @throws BytecopyError `OUTPUT_FAILED` where it never will
   */
  room(): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#draining;
  }

  /**
   * Resolves when everything was written.
   *
   * @throws BytecopyError `OUTPUT_FAILED` when that was not possible
   */
  async finish(): Promise<void> {
    if (this.#text.length > 0) this.#write();
    while (this.#draining !== undefined) await this.#draining;
    const last = await new Promise<Error | null | undefined>((written) => this.#stream.write('', written));
    if (last) this.#fail(last);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(cause: Error): void {
    this.#failure ??= new BytecopyError('OUTPUT_FAILED', `cannot write ${this.#name}: ${cause.message}`, { cause });
  }

  #write(): void {
    const text = this.#text;
    this.#text = '';
    if (this.#failure !== undefined || this.#stream.write(text) || this.#draining !== undefined) return;
    const drained = () => {
      this.#draining = undefined;
    };
    this.#draining = once(this.#stream, 'drain').then(drained, drained); // a failure was heard above
  }
}
