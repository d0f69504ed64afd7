/** What a command gets from its surroundings, and nothing else: streams, environment, clock, interruption. */
import type { Clock } from '../core/index.ts';
import { systemClock } from './clock.ts';

export interface Context {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
  readonly interrupted: AbortSignal;
  /** What the process will exit with unless an error says otherwise. */
  exitCode: number;
}

export function createContext(): Context {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      interruption.abort();
    });
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    clock: systemClock,
    interrupted: interruption.signal,
    exitCode: 0,
  };
}

/** Calls `stop` when the user interrupts, also when that was before. */
export function onInterrupt(context: Pick<Context, 'interrupted'>, stop: () => void): void {
  if (context.interrupted.aborted) stop();
  else context.interrupted.addEventListener('abort', stop, { once: true });
}
