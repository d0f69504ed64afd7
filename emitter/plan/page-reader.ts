/** Reads a recording page by page ahead of need, at most {@link MAX_PAGES} of them, as often as it is to be passed over. */
import type { Batch } from './recording.ts';
import type { OpenPass } from './recording-pass.ts';

export interface Page extends Batch {
  /** Counts the passes over the recording, from 0. */
  readonly pass: number;
}

/** One in use, the others ready: a store's pages are small, so that decoding one does not show in the pacing. */
const MAX_PAGES = 4;

export class PageReader {
  readonly #open: OpenPass;
  readonly #passes: number;
  readonly #onChange: () => void;
  readonly #pages: Page[] = [];
  #state: 'reading' | 'stopped' | 'ended' = 'reading';
  #failure: { readonly cause: unknown } | undefined;
  #roomMade: (() => void) | undefined;

  /**
   * @param passes over the recording; an empty one is passed over once, however often that is
   * @param onChange called when a page has come, or the end
   */
  constructor(open: OpenPass, passes: number | 'forever', onChange: () => void) {
    this.#open = open;
    this.#passes = passes === 'forever' ? Number.POSITIVE_INFINITY : passes;
    this.#onChange = onChange;
  }

  /** No page will come any more. */
  get ended(): boolean {
    return this.#state !== 'reading' && this.#pages.length === 0;
  }

  /**
   * The next page, if one is there.
   * @throws whatever reading the recording threw, behind the pages that came before it
   */
  take(): Page | undefined {
    const page = this.#pages.shift();
    if (page === undefined && this.#failure !== undefined) {
      const { cause } = this.#failure;
      this.#failure = undefined;
      throw cause;
    }
    if (this.#pages.length < MAX_PAGES) this.#roomMade?.();
    return page;
  }

  start(): void {
    this.#read().then(
      () => this.#end(),
      (cause: unknown) => {
        this.#failure = { cause };
        this.#end();
      },
    );
  }

  /** Drops what was read and reads no further. */
  stop(): void {
    this.#state = 'stopped';
    this.#pages.length = 0;
    this.#failure = undefined;
    this.#roomMade?.();
  }

  #end(): void {
    if (this.#state === 'reading') this.#state = 'ended';
    this.#onChange();
  }

  async #read(): Promise<void> {
    for (let pass = 0; pass < this.#passes; pass++) {
      let count = 0;
      for await (const { exchanges, overlay } of this.#open()) {
        if (this.#state !== 'reading') return;
        if (exchanges.length === 0) continue;
        count += exchanges.length;
        this.#pages.push({ exchanges, overlay, pass });
        this.#onChange();
        if (this.#pages.length >= MAX_PAGES) await this.#room();
        if (this.#state !== 'reading') return;
      }
      if (count === 0) return;
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#roomMade = () => {
        this.#roomMade = undefined;
        resolve();
      };
    });
  }
}
