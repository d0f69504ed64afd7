/** Options → the timing that they ask for. */
import { BytecopyError } from '../../core/index.ts';
import type { CheckedReplayOptions } from '../options.ts';
import { arrivalsOf } from './arrivals.ts';
import { RateCurve } from './rate-curve.ts';
import { ProfileTiming, RateTiming } from './rate-timing.ts';
import { RecordedTiming } from './recorded-timing.ts';
import type { Timing } from './timing.ts';

export type TimingChoice = Pick<CheckedReplayOptions, 'timing' | 'times' | 'by' | 'arrivals' | 'seed'>;

/** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) where speed is to multiply what has no recorded gaps */
export function timingOf(options: TimingChoice): Timing {
  const { timing } = options;
  const bySpeed = options.by === 'speed' && options.times !== 1;
  if (bySpeed && timing.kind !== 'recorded') {
    throw new BytecopyError('REPLAY_OPTIONS_INVALID', `by: speed divides recorded gaps; a ${timing.kind} has none`, {
      hint: 'ask for a higher rate instead, or multiply by copies',
      exitCode: 2,
    });
  }
  const arrivals = arrivalsOf(options.arrivals, options.seed);
  switch (timing.kind) {
    case 'recorded':
      return new RecordedTiming(bySpeed ? timing.speed * options.times : timing.speed);
    case 'rate':
      return new RateTiming(arrivals, timing.perSecond);
    case 'profile':
      return new ProfileTiming(arrivals, new RateCurve(timing.phases));
    case 'max':
      return new RateTiming(arrivals, Number.POSITIVE_INFINITY);
    default:
      return timing satisfies never;
  }
}
