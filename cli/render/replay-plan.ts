/** What a replay set out to do, in words. */
import type { RatePhase } from '../../core/index.ts';
import type { ReplayReport } from '../../emitter/index.ts';
import { formatNumberOf, formatRate, formatSpan } from './amount.ts';
import { escapeForTerminal } from './terminal-text.ts';

type PlanReport = NonNullable<ReplayReport['plan']>;

/** Phases named at most; a long profile is told by how many more there are. */
const MAX_PHASES = 4;

/** `1,000/s, evenly; 3 times by overlay; late sends at most 2 times as fast`. What is as usual is left out. */
export function describePlan(plan: PlanReport): string {
  return [
    timingText(plan),
    plan.times === 1 ? '' : `${plan.times} times by ${plan.by}`,
    plan.session === undefined ? '' : `in order within each ${escapeForTerminal(plan.session)}`,
    plan.timing.kind === 'max' ? '' : latenessText(plan.lateness),
    plan.workers === 1 ? '' : formatNumberOf(plan.workers, 'worker'),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function timingText({ timing, arrivals }: PlanReport): string {
  const gaps = arrivals === 'poisson' ? 'at random (Poisson)' : 'evenly';
  switch (timing.kind) {
    case 'recorded':
      return timing.speed === 1 ? 'recorded rhythm' : `recorded rhythm, ${timing.speed} times as fast`;
    case 'rate':
      return `${formatRate(timing.perSecond)}, ${gaps}`;
    case 'profile': {
      const named = timing.phases.slice(0, MAX_PHASES).map(describePhase);
      const more = timing.phases.length - named.length;
      return `${named.join(', then ')}${more > 0 ? `, then ${formatNumberOf(more, 'more phase')}` : ''}, ${gaps}`;
    }
    case 'max':
      return 'as fast as the target answers';
    default:
      return timing satisfies never;
  }
}

function describePhase(phase: RatePhase): string {
  const span = durationText(phase.durationMs);
  switch (phase.kind) {
    case 'hold':
      return `${formatRate(phase.perSecond)} for ${span}`;
    case 'ramp':
      return `${formatRate(phase.from)} to ${formatRate(phase.to)} within ${span}`;
    case 'sine':
      return `${formatRate(phase.min)} to ${formatRate(phase.max)} and back each ${durationText(phase.periodMs)} for ${span}`;
    case 'weights':
      return `the recording's shape at ${formatRate(phase.perSecond)} for ${span}`;
    default:
      return phase satisfies never;
  }
}

function latenessText(lateness: PlanReport['lateness']): string {
  switch (lateness.kind) {
    case 'at-once':
      return 'late sends go at once';
    case 'catch-up':
      return `late sends catch up at most ${lateness.factor} times as fast`;
    case 'drop':
      return `sends later than ${formatSpan(lateness.afterMs * 1000)} are dropped`;
    default:
      return lateness satisfies never;
  }
}

/** `1.5 s`, `90 s`, `5 min`, `2 h`: plans are written in round numbers. */
function durationText(ms: number): string {
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms >= 120_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return `${Number((ms / 1000).toFixed(3))} s`;
}
