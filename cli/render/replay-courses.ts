/**
 * The state of each target over a run, as spans that follow each other.
 *
 *     up ████████████████ down ········ returning ▒▒▒▒▒▒▒ up ███████
 *     └── the run's start, or when the target came                 └── its end
 */
import type { Millis } from '../../core/index.ts';
import type { ReplayReport } from '../../emitter/index.ts';

export type RoutingReport = NonNullable<ReplayReport['routing']>;
export type TargetHealthReport = NonNullable<RoutingReport['health']>['targets'][number];
export type HealthState = TargetHealthReport['state'];

/** `untold`: behind the changes that the report holds. */
export type CourseState = HealthState | 'untold';

export interface CourseSpan {
  readonly state: CourseState;
  /** From the run's start. */
  readonly fromMs: Millis;
  readonly toMs: Millis;
}

/** A target that came in less than this part of the run was there from its start. */
const START_SHARE = 0.01;

/** In order, without gaps, each longer than nothing; the first begins later than the run where the target came later. */
export function courseOf(health: TargetHealthReport, durationMs: Millis): readonly CourseSpan[] {
  const { timeline, timeInMs, changeCount, state } = health;
  const thereMs = Object.values(timeInMs).reduce((sum, ms) => sum + ms, 0);
  const lateMs = Math.max(0, durationMs - thereMs);
  const within = (ms: Millis) => Math.min(durationMs, Math.max(0, ms));
  const spans: CourseSpan[] = [];
  let fromMs = lateMs < durationMs * START_SHARE ? 0 : lateMs;
  let now: CourseState = timeline[0]?.from ?? state;
  const until = (toMs: Millis, next: CourseState) => {
    if (toMs > fromMs) spans.push({ state: now, fromMs, toMs });
    fromMs = Math.max(fromMs, toMs);
    now = next;
  };
  for (const { atMs, to } of timeline) until(within(atMs), to);
  if (changeCount > timeline.length) now = 'untold';
  until(durationMs, now);
  return spans;
}

const MARKS: Readonly<Record<CourseState, string>> = { up: '█', returning: '▒', down: '·', ejected: '·', untold: '?' };
/** What a place shows in which several states were: the one that matters most, so that a short outage is seen. */
const WORST: readonly CourseState[] = ['down', 'ejected', 'untold', 'returning', 'up'];

export const COURSE_LEGEND = '█ up ▒ returning · out';

/** `██████··▒▒████`, so many characters. */
export function renderCourse(spans: readonly CourseSpan[], durationMs: Millis, width: number): string {
  const place = (ms: Millis) => (ms / durationMs) * width;
  const marks = Array.from({ length: width }, (_, at) => {
    const here = spans.filter(({ fromMs, toMs }) => place(fromMs) < at + 1 && place(toMs) > at);
    const worst = WORST.find((state) => here.some((span) => span.state === state));
    return worst === undefined ? ' ' : MARKS[worst];
  });
  return marks.join('');
}
