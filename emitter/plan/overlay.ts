/**
 * A recording cut into slices that are laid over each other from the start: `times` times the rate for a `times`-th of the
 * time, of clients that are really different.
 *
 *     first                              last          slice 0  ▸ a     b  c
 *       a     b  c  |  d      e   | f   g              slice 1  ▸  d      e
 *     └── slice 0 ──┴── slice 1 ──┴ slice 2 ┘          slice 2  ▸ f   g
 *         span ÷ times              what is left       run      ▸ f d a  …, in the order of time within the slice
 *
 * Each slice is read by itself; of each there are a page, the next one on its way, and what puts it into order.
 */
import { BytecopyError, type Exchange, type Micros } from '../../core/index.ts';
import type { Batch, OpenRecording, RecordingRange, RecordingSpan } from './recording.ts';
import { inTimeOrder, MAX_HELD_BYTES, requestTime, WINDOW } from './time-order.ts';

/** Each slice is a scan of the recording, with pages of its own in memory. */
export const MAX_SLICES = 64;
/** Exchanges handed on together. */
const BATCH = 256;
/** Windows of {@link WINDOW} that all slices share, and the least of one slice. */
const SHARED_WINDOWS = 8;
const MIN_WINDOW = 128;

/**
 * The slices' ranges: adjoining, the last one ending behind the span's last exchange.
 * @param times slices that the span is cut into, 1 to {@link MAX_SLICES}; with 2.5 the third is half as long
 * @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) for other times, or more slices than the span has µs
 */
export function sliceRanges(span: RecordingSpan, times: number): readonly RecordingRange[] {
  const count = Math.ceil(times - 1e-9);
  const length = (span.lastAt + 1 - span.firstAt) / times;
  if (!(times >= 1 && count <= MAX_SLICES)) {
    throw invalid(`an overlay lays 1 to ${MAX_SLICES} slices over each other, not ${times}`);
  }
  if (!(length >= 1)) throw invalid(`the recording is too short to be cut into ${count} slices`);
  const startOf = (slice: number): Micros => span.firstAt + Math.floor(slice * length);
  return Array.from({ length: count }, (_, slice) => ({
    since: startOf(slice),
    until: slice === count - 1 ? span.lastAt + 1 : startOf(slice + 1),
  }));
}

/** One pass over all slices at once, in the order of the times that they have in the run. */
export async function* overlay(open: OpenRecording, ranges: readonly RecordingRange[]): AsyncGenerator<Batch> {
  const limits = {
    window: Math.max(MIN_WINDOW, Math.min(WINDOW, Math.floor((SHARED_WINDOWS * WINDOW) / ranges.length))),
    maxHeldBytes: MAX_HELD_BYTES / ranges.length,
  };
  const start = ranges[0]?.since ?? 0;
  const readers = ranges.map((range) => new SliceReader(inTimeOrder(open(range), limits), range.since - start));
  try {
    for (const reader of readers) await reader.nextPage();
    for (;;) {
      const exchanges: Exchange[] = [];
      const slices = new Uint8Array(BATCH);
      const times = new Float64Array(BATCH);
      while (exchanges.length < BATCH) {
        const slice = earliest(readers);
        const reader = readers[slice];
        if (reader === undefined) break;
        slices[exchanges.length] = slice;
        times[exchanges.length] = reader.time;
        exchanges.push(reader.exchange as Exchange);
        if (!reader.advance()) await reader.nextPage();
      }
      if (exchanges.length === 0) return;
      yield { exchanges, overlay: { slices, times } };
    }
  } finally {
    await Promise.allSettled(readers.map((reader) => reader.close()));
  }
}

/** The reader whose exchange comes first, of equal ones the first; -1 where all are through. */
function earliest(readers: readonly SliceReader[]): number {
  let found = -1;
  let time = Number.POSITIVE_INFINITY;
  for (let slice = 0; slice < readers.length; slice++) {
    const own = (readers[slice] as SliceReader).time;
    if (own < time) {
      time = own;
      found = slice;
    }
  }
  return found;
}

/** One slice: where it stands, its next page on its way. */
class SliceReader {
  /** Of its next exchange, as if recorded with the first slice; infinite when it is through. */
  time: Micros = Number.POSITIVE_INFINITY;
  readonly #iterator: AsyncIterator<readonly Exchange[]>;
  readonly #shift: Micros;
  #page: readonly Exchange[] = [];
  #place = 0;
  #coming: Promise<IteratorResult<readonly Exchange[]>>;

  constructor(pages: AsyncIterable<readonly Exchange[]>, shift: Micros) {
    this.#iterator = pages[Symbol.asyncIterator]();
    this.#shift = shift;
    this.#coming = this.#ask();
  }

  get exchange(): Exchange | undefined {
    return this.#page[this.#place];
  }

  /** Goes on within the page; false where it is through. */
  advance(): boolean {
    this.#place++;
    return this.#stand();
  }

  /** Goes on to the next page, or the end. */
  async nextPage(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#coming;
      this.#page = done === true ? [] : value;
      this.#place = 0;
      if (done !== true) this.#coming = this.#ask();
      if (this.#stand() || done === true) return;
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #stand(): boolean {
    const { exchange } = this;
    this.time = exchange === undefined ? Number.POSITIVE_INFINITY : requestTime(exchange) - this.#shift;
    return exchange !== undefined;
  }

  /** What it throws is thrown where it is awaited, and nowhere before. */
  #ask(): Promise<IteratorResult<readonly Exchange[]>> {
    const coming = this.#iterator.next();
    coming.catch(() => {});
    return coming;
  }
}

function invalid(message: string): BytecopyError {
  return new BytecopyError('REPLAY_OPTIONS_INVALID', message, {
    hint: 'record for longer, or multiply by speed or copies',
    exitCode: 2,
  });
}
