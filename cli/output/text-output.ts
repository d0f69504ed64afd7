/** Lines to a stream in large writes, with the stream's backpressure made visible. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Characters gathered before a write: a pipe takes 64 KiB at once. */
const GATHERED_CHARACTERS = 64 * 1024;

export class TextOutput {
  readonly #stream: Writable;
  #text = '';
  #draining: Promise<void> | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  line(text: string): void {
    this.#text += `${text}\n`;
    if (this.#text.length >= GATHERED_CHARACTERS) this.#write();
  }

  /** Undefined where the stream takes more now; otherwise resolves when it does. */
  room(): Promise<void> | undefined {
    return this.#draining;
  }

  /** Resolves when everything was handed to the stream. */
  async finish(): Promise<void> {
    if (this.#text.length > 0) this.#write();
    while (this.#draining !== undefined) await this.#draining;
  }

  #write(): void {
    const text = this.#text;
    this.#text = '';
    if (this.#stream.write(text) || this.#draining !== undefined) return;
    this.#draining = once(this.#stream, 'drain').then(() => {
      this.#draining = undefined;
    });
  }
}
