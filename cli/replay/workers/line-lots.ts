/**
 * Result lines from a worker to the thread that writes them, in lots, of which only a few may be under way: a worker
 * whose lines are not written fast enough waits, so that memory stays flat.
 */
const LOT_CHARACTERS = 64 * 1024;
const MAX_UNDER_WAY = 8;
/** Looked at again after so long, should the wake-up have been missed. */
const WAIT_MS = 10;

export class LineLots {
  readonly #underWay: Int32Array;
  readonly #post: (text: string) => void;
  #text = '';

  /** @param underWay shared with the writing thread, which calls {@link lotWritten} */
  constructor(underWay: SharedArrayBuffer, post: (text: string) => void) {
    this.#underWay = new Int32Array(underWay);
    this.#post = post;
  }

  line(text: string): void {
    this.#text += `${text}\n`;
    if (this.#text.length >= LOT_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#text === '') return;
    for (let count = this.#count(); count >= MAX_UNDER_WAY; count = this.#count()) {
      Atomics.wait(this.#underWay, 0, count, WAIT_MS);
    }
    Atomics.add(this.#underWay, 0, 1);
    this.#post(this.#text);
    this.#text = '';
  }

  #count(): number {
    return Atomics.load(this.#underWay, 0);
  }
}

export function lotWritten(underWay: SharedArrayBuffer): void {
  const count = new Int32Array(underWay);
  Atomics.sub(count, 0, 1);
  Atomics.notify(count, 0);
}
