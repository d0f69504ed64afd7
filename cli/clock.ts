/** The machine's clocks: the only place that reads them. */
import type { Clock } from '../core/index.ts';

export const systemClock: Clock = {
  now: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
  monotonic: () => performance.now() * 1000,
};
