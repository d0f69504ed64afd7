/** What changed about targets and units while a run went, in the order of time: states, drains, users that moved. */
import type { Micros, Millis } from '../../core/index.ts';
import type { ReplayReport } from '../../emitter/index.ts';
import { formatCount, formatNumberOf, formatSpan } from './amount.ts';
import type { RoutingReport } from './replay-courses.ts';
import { escapeForTerminal } from './terminal-text.ts';

export interface RoutingEvent {
  /** From the run's start. */
  readonly atMs: Millis;
  /** A target or `units`; not escaped, as the text. */
  readonly subject: string;
  readonly text: string;
}

type DrainReport = RoutingReport['targets']['drains'][number];
type UnitChangeReport = NonNullable<RoutingReport['units']>['changes'][number];

const MAX_EVENTS = 12;

export function eventsOf(routing: RoutingReport): readonly RoutingEvent[] {
  const names = namesOf(routing);
  const named = (id: string) => names.get(id) ?? id;
  const sinceStart = (at: Micros): Millis => Math.max(0, at - routing.startedAt) / 1_000;
  const events: RoutingEvent[] = [];
  for (const { id, timeline } of routing.health?.targets ?? []) {
    for (const { atMs, from, to, why } of timeline) {
      events.push({ atMs: Math.max(0, atMs), subject: named(id), text: `${from} → ${to}: ${why}` });
    }
  }
  for (const drain of routing.targets.drains) {
    events.push({ atMs: sinceStart(drain.startedAt), subject: named(drain.id), text: describeDrain(drain) });
  }
  for (const change of routing.units?.changes ?? []) {
    events.push({ atMs: sinceStart(change.preparedAt), subject: 'units', text: describeUnitChange(change) });
  }
  return events.sort((one, other) => one.atMs - other.atMs);
}

/** By id: the target, with its pool where another pool has it too. */
export function namesOf({ targets: { targets } }: RoutingReport): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { name } of targets) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(targets.map(({ id, name }) => [id, counts.get(name) === 1 ? name : id]));
}

/**
 * Whose view of its targets a report tells: each worker judges them by itself.
 * @returns empty where one worker sent alone
 */
export function describeView({ plan }: Pick<ReplayReport, 'plan'>): string {
  const workers = plan?.workers ?? 1;
  return workers === 1 ? '' : `; states as one of ${workers} workers saw them, who saw most changes`;
}

/**
 * Empty where nothing changed.
 * @param view as {@link describeView} tells it
 */
export function renderEvents(events: readonly RoutingEvent[], view = ''): string {
  const shown = events.slice(0, MAX_EVENTS).map(({ atMs, subject, text }) => ({
    at: formatSpan(atMs * 1_000),
    subject: escapeForTerminal(subject),
    text: escapeForTerminal(text),
  }));
  if (shown.length === 0) return '';
  const atWidth = Math.max(...shown.map(({ at }) => at.length));
  const subjectWidth = Math.max(...shown.map(({ subject }) => subject.length));
  const more = events.length - shown.length;
  return [
    `what changed${view}`,
    ...shown.map(({ at, subject, text }) => `  ${at.padStart(atWidth)}  ${subject.padEnd(subjectWidth)}  ${text}`),
    ...(more > 0 ? [`  and ${formatNumberOf(more, 'more change')}`] : []),
  ].join('\n');
}

/** `takes nothing new (weight 0): 12 in flight, the last ended 31.2 ms later`. */
export function describeDrain({ by, inFlight, state, drainedAfter }: DrainReport): string {
  const cause = by === 'weight' ? 'takes nothing new (weight 0)' : 'taken out';
  const ended = [
    inFlight === 0 ? 'nothing was in flight' : `${formatCount(inFlight)} in flight`,
    ...(inFlight > 0 && drainedAfter !== undefined ? [`the last ended ${formatSpan(drainedAfter)} later`] : []),
  ].join(', ');
  switch (state) {
    case 'drained':
      return `${cause}: ${ended}`;
    case 'draining':
      return `${cause}: ${ended}, the last had not ended at the run's end`;
    case 'resumed':
      return `${cause}: ${ended}; took sends again later`;
    default:
      return state satisfies never;
  }
}

/** `version 2 committed after 3.1 ms: 120 sends of 98 users held, 4.1 ms at most, the last released 200 µs after that`. */
export function describeUnitChange(change: UnitChangeReport): string {
  const { version, decidedAt, preparedAt, users, held, released, refused } = change;
  const after =
    decidedAt === undefined
      ? ''
      : decidedAt === preparedAt
        ? ' at once'
        : ` after ${formatSpan(decidedAt - preparedAt)}`;
  const parts =
    held === 0
      ? ['no send had to wait']
      : [
          `${formatNumberOf(held, 'send')} of ${formatNumberOf(users, 'user')} held`,
          ...(released > 0 ? [`${formatSpan(change.longestHoldMicros)} at most`] : []),
          ...(decidedAt !== undefined && released > 0
            ? [`the last released ${formatSpan(change.releasedAfterMicros)} after that`]
            : []),
          ...(released < held ? [`${formatCount(held - released)} not released`] : []),
        ];
  if (refused > 0) parts.push(`${formatCount(refused)} not sent, as no more could be held`);
  return `version ${version} ${stateText(change.state)}${after}: ${parts.join(', ')}`;
}

function stateText(state: UnitChangeReport['state']): string {
  switch (state) {
    case 'prepared':
      return 'prepared and never committed';
    case 'committed':
      return 'committed';
    case 'aborted':
      return 'given up';
    default:
      return state satisfies never;
  }
}
