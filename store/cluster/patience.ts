/**
 * Tries again what a cluster may yet take: a node that is down, an overload, a time-out. Every try has a deadline of
 * its own where it is made; all of them together end here.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../../core/index.ts';

const FIRST_PAUSE_MS: Millis = 50;
const LONGEST_PAUSE_MS: Millis = 2000;

export interface PatienceOptions {
  /** From the first try on; a try that began before is let end. */
  readonly retryMs: Millis;
  /** Whether trying again may help; anything else is thrown at once. */
  readonly isTransient: (error: unknown) => boolean;
}

/** Runs idempotent work. @throws what the last try threw */
export async function withPatience<T>(options: PatienceOptions, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + options.retryMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const waitMs = pauseMs * (0.5 + Math.random());
      if (!options.isTransient(error) || performance.now() + waitMs > end) throw error;
      await pause(waitMs);
    }
  }
}
