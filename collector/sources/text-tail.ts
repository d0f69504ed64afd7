/** The last lines that a process wrote to its error output: enough to say why it failed, however much it writes. */

/** About ten lines. */
export const MAX_TAIL_CHARACTERS = 2000;

export class TextTail {
  #text = '';

  push(text: string): void {
    this.#text = (this.#text + text).slice(-MAX_TAIL_CHARACTERS);
  }

  text(): string {
    return this.#text.trim();
  }
}
