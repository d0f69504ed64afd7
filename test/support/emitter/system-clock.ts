/** This machine's clocks, for tests and benches against real servers. */
import type { Clock } from '../../../core/index.ts';

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now() * 1000,
  monotonic: () => performance.now() * 1000,
};
