/** One line that is written over while a long command runs; silent where nobody watches. */
import cliProgress from 'cli-progress';

export interface StatusLine {
  show(text: string): void;
  /** Removes the line, so that what follows starts on a clean one. */
  clear(): void;
}

export function statusLine(stream: NodeJS.WriteStream): StatusLine {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  const bar = new cliProgress.SingleBar({ format: '{text}', stream, clearOnComplete: true, hideCursor: true });
  let started = false;
  return {
    show(text) {
      if (!started) bar.start(1, 0, { text });
      started = true;
      bar.update(0, { text });
    },
    clear() {
      if (started) bar.stop();
      started = false;
    },
  };
}
