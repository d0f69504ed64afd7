/** When sends are due, how often and in which order: the flags of a plan. What needs the recording is settled later (`cli/replay/settled-plan.ts`). */
import { type Command, Option } from 'commander';
import { type Millis, type PlanPhase, parsePlan } from '../../core/index.ts';
import { parseRunTime } from './duration.ts';
import { type Lateness, parseLateness } from './lateness.ts';
import { parseCount, parsePositive, parseRate, parseTimes, parseWhole } from './number.ts';
import { usageError } from './usage-error.ts';

/** Overlays read so many slices of the recording side by side at most. */
export const MAX_SLICES = 64;
/** Threads of one run. */
export const MAX_WORKERS = 64;
export const MAX_SEED = 0xffff_ffff;

export const MULTIPLICATIONS = ['overlay', 'speed', 'copies'] as const;
export type Multiplication = (typeof MULTIPLICATIONS)[number];

export interface PacingFlags {
  readonly speed?: number;
  readonly qps?: number | 'max';
  readonly plan?: readonly PlanPhase[];
  readonly arrivals?: 'even' | 'poisson';
  readonly seed?: number;
  readonly times?: number;
  readonly by?: Multiplication;
  readonly late?: Lateness;
  readonly session?: string;
  readonly loop?: number | true;
  readonly duration?: Millis;
  readonly count?: number;
  readonly workers?: number;
}

/** The timing as asked: phases may still need the recording's shape. */
export type AskedTiming =
  | { readonly kind: 'recorded'; readonly speed: number }
  | { readonly kind: 'rate'; readonly perSecond: number }
  | { readonly kind: 'profile'; readonly phases: readonly PlanPhase[] }
  | { readonly kind: 'max' };

/** What is asked of a plan. */
export interface Pacing {
  readonly timing: AskedTiming;
  readonly arrivals: 'even' | 'poisson';
  readonly seed: number;
  readonly times: number;
  /** Undefined where it was left open. */
  readonly by: Multiplication | undefined;
  readonly lateness: Lateness;
  /** Undefined where order is free. */
  readonly session: string | undefined;
  readonly loop: number | 'forever';
  readonly durationMs: Millis | undefined;
  readonly count: number | undefined;
  readonly workers: number;
}

export function addPacingOptions(command: Command): Command {
  return command
    .optionsGroup('Pacing:')
    .option('--speed <n>', 'recorded rhythm, n times as fast (default: 1)', parsePositive)
    .option('--qps <n>', 'n requests a second; max is as fast as the target answers', parseRate)
    .option(
      '--plan <text>',
      'a rate that changes: ramp:100-2000/60s,hold:2000/5m; also steps:100-2000x5/60s, sine:100-500~30s/10m, pause:10s, shape:500',
      parsePlan,
    )
    .addOption(
      new Option('--arrivals <how>', 'of --qps and --plan: even gaps, or random ones of the same mean').choices([
        'even',
        'poisson',
      ]),
    )
    .option('--seed <n>', 'which random gaps; the same number, the same plan (default: 1)', parseWhole(0, MAX_SEED))
    .option('--late <policy>', 'late sends: at-once, catch-up[:FACTOR], drop:TIME (default: catch-up:2)', parseLateness)
    .option(
      '--session <key>',
      'keep the order of equal keys: flow, client, session, header:NAME, cookie:NAME, field:PATH',
    )
    .optionsGroup('Amount:')
    .option('--times <n>', 'n times the traffic; 3.5 is three of each and every second one a fourth time', parseTimes)
    .addOption(
      new Option(
        '--by <way>',
        'how: slices of the recording over each other, faster, or each request repeated (default: overlay for long recordings, otherwise copies)',
      ).choices(MULTIPLICATIONS),
    )
    .option('--loop [n]', 'n passes over the recording; without a number until stopped', parseCount)
    .option('--duration <time>', 'send for this long at most', parseRunTime)
    .option('--count <n>', 'send this many at most', parseCount)
    .option('--workers <n>', 'threads that share the plan (default: 1)', parseWhole(1, MAX_WORKERS));
}

/** @throws BytecopyError `USAGE` (exit code 2) for flags that contradict each other */
export function pacingOf(flags: PacingFlags): Pacing {
  const timing = timingOf(flags);
  const rated = timing.kind === 'rate' || timing.kind === 'profile';
  if (flags.arrivals !== undefined && !rated) {
    throw usageError(`--arrivals ${flags.arrivals} is for rates`, 'say --qps N or --plan TEXT with it');
  }
  if (flags.seed !== undefined && flags.arrivals !== 'poisson') {
    throw usageError('--seed decides nothing where gaps are not random', 'say --arrivals poisson with it');
  }
  if (flags.late !== undefined && timing.kind === 'max') {
    throw usageError('--late has no meaning with --qps max, where nothing is due at a time', 'leave one of them out');
  }
  checkMultiplication(flags, timing);
  return {
    timing,
    arrivals: flags.arrivals ?? 'even',
    seed: flags.seed ?? 1,
    times: flags.times ?? 1,
    by: flags.by,
    lateness: flags.late ?? { kind: 'catch-up', factor: 2 },
    session: flags.session,
    // A plan has an end of its own: the recording is passed over until then.
    loop: flags.loop === true ? 'forever' : (flags.loop ?? (timing.kind === 'profile' ? 'forever' : 1)),
    durationMs: flags.duration,
    count: flags.count,
    workers: flags.workers ?? 1,
  };
}

function timingOf({ speed, qps, plan }: PacingFlags): AskedTiming {
  const said = Object.entries({ '--speed': speed, '--qps': qps, '--plan': plan })
    .filter(([, value]) => value !== undefined)
    .map(([flag]) => flag);
  if (said.length > 1) throw usageError(`${said.join(' and ')} contradict each other`, 'leave all but one of them out');
  if (plan !== undefined) return { kind: 'profile', phases: plan };
  if (qps === 'max') return { kind: 'max' };
  if (qps !== undefined) return { kind: 'rate', perSecond: qps };
  return { kind: 'recorded', speed: speed ?? 1 };
}

function checkMultiplication({ times = 1, by }: PacingFlags, timing: AskedTiming): void {
  if (by === undefined) return;
  if (times === 1) throw usageError(`--by ${by} says how, and not how many times`, 'say --times N with it');
  if (by === 'speed' && timing.kind !== 'recorded') {
    throw usageError(
      '--by speed compresses the recorded rhythm, and the rate is set by --qps or --plan',
      'leave --by out, or the rate',
    );
  }
  if (by !== 'overlay') return;
  if (times <= 1) throw usageError(`--by overlay lays slices over each other, and ${times} is none`, 'say --by copies');
  if (times > MAX_SLICES) {
    throw usageError(`--by overlay takes at most --times ${MAX_SLICES}`, 'say --by copies, or --by speed');
  }
}
