/**
 * What a long run says while it goes on: on a terminal a block that is drawn over twice a second, and in a pipe or a log
 * one line each ten seconds, so that a run of an hour is not silent.
 */
import type { Millis } from '../../core/index.ts';

const REDRAW_MS: Millis = 500;
const LINE_MS: Millis = 10_000;
/** Where a terminal does not say how wide it is. */
const DEFAULT_COLUMNS = 80;

export interface LiveViewSource {
  /** Looks at the run once more; called before each drawing. */
  advance(): void;
  /** The block, no line longer than `width` characters. */
  block(width: number): string;
  /** The same in one line. */
  line(): string;
}

export interface LiveView {
  /** Removes the block, so that what follows starts on a clean line. Idempotent. */
  end(): void;
}

export async function liveView(stream: NodeJS.WriteStream, source: LiveViewSource): Promise<LiveView> {
  if (stream.isTTY !== true) {
    return repeat(LINE_MS, () => {
      source.advance();
      stream.write(`${source.line()}\n`);
    });
  }
  // Loaded here, because commands that draw nothing should not wait for it.
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(stream);
  const redraw = () => {
    source.advance();
    draw(source.block(stream.columns ?? DEFAULT_COLUMNS));
  };
  const resized = () => draw(source.block(stream.columns ?? DEFAULT_COLUMNS));
  stream.on('resize', resized);
  redraw();
  return repeat(REDRAW_MS, redraw, () => {
    stream.off('resize', resized);
    draw.clear();
    draw.done();
  });
}

function repeat(everyMs: Millis, act: () => void, atEnd: () => void = () => {}): LiveView {
  const timer = setInterval(act, everyMs);
  let ended = false;
  return {
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      atEnd();
    },
  };
}
