/**
 * What is about to happen, in plain words, before the first send:
 *
 *     replaying 12,345 sends to http://127.0.0.1:8080 in 20 min 12 s, at most about 412/s
 *       recorded rhythm; 3 times by overlay; late sends catch up at most 2 times as fast
 *       by overlay: 3 slices of 20 min 12 s over each other, because the recording is long enough for slices of a minute and more
 *       5 of 12,350 exchanges stay behind: 3 incomplete, 2 not-supported
 *       writes, which are sent: 120 × POST /cart
 *       1,204 sessions, on at most 128 connections
 */
import type { Millis } from '../../core/index.ts';
import { formatCount, formatNumberOf, formatRate } from '../render/amount.ts';
import { listCounts } from '../render/completeness.ts';
import { describePlan } from '../render/replay-plan.ts';
import { describeReason } from '../render/replay-reasons.ts';
import { escapeForTerminal } from '../render/terminal-text.ts';
import { describeWrites } from './decisions.ts';
import type { Forecast } from './forecast.ts';
import type { Prospect } from './prospect.ts';
import { planOptionsOf, type SettledPlan } from './settled-plan.ts';

export interface AnnouncedSending {
  readonly to: string;
  readonly writes: 'undecided' | 'allow' | 'skip';
  readonly connections: number;
}

export function announce(
  expected: Forecast,
  plan: SettledPlan,
  { sends, durationMs, peakPerSecond }: Prospect,
  sending: AnnouncedSending,
): string {
  const to = escapeForTerminal(sending.to);
  const many =
    sends === undefined ? 'requests' : `${isExact(plan, expected) ? '' : 'about '}${formatNumberOf(sends, 'send')}`;
  const { session, workers } = plan;
  const head = `replaying ${many} to ${to}${lengthOf(plan, { sends, durationMs })}${peakOf(plan, peakPerSecond)}`;
  const report = { ...planOptionsOf(plan), session, workers };
  const lines = [
    saysMore(plan) ? describePlan(report) : '',
    multiplication(expected, plan),
    passes(plan, expected, sends),
    leftBehind(expected),
    writes(expected, sending.writes),
    noSession(expected, plan),
    `${sessions(expected)}on at most ${formatNumberOf(sending.connections, 'connection')}`,
  ].filter((line) => line !== '');
  return [head, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** More than the first line has said already. */
function saysMore({ timing, times, session, workers }: SettledPlan): boolean {
  return timing.kind !== 'max' || times !== 1 || session !== undefined || workers > 1;
}

/** Random gaps fit another number of sends into a given time; where a limit cuts a recorded rhythm is counted by intervals. */
function isExact({ timing, arrivals, durationMs }: SettledPlan, { complete }: Forecast): boolean {
  switch (timing.kind) {
    case 'recorded':
      return durationMs === undefined || !complete;
    case 'rate':
      return arrivals === 'even' || durationMs === undefined;
    case 'profile':
      return arrivals === 'even';
    case 'max':
      return true;
    default:
      return timing satisfies never;
  }
}

function lengthOf({ timing }: SettledPlan, { sends, durationMs }: Pick<Prospect, 'sends' | 'durationMs'>): string {
  if (durationMs !== undefined) return ` ${timing.kind === 'max' ? 'within' : 'in'} ${lengthText(durationMs)}`;
  return sends === undefined ? ' until stopped' : '';
}

function peakOf({ timing }: SettledPlan, peakPerSecond: number | undefined): string {
  if (peakPerSecond === undefined) return ', as fast as it answers';
  if (timing.kind === 'rate') return ` at ${formatRate(peakPerSecond)}`;
  return `, at most ${timing.kind === 'recorded' ? 'about ' : ''}${formatRate(peakPerSecond)}`;
}

/** How the traffic is multiplied, and why so where nobody said how. */
function multiplication(expected: Forecast, { times, by, why }: SettledPlan): string {
  if (times === 1) return '';
  const because = why === '' ? '' : `, because ${why}`;
  switch (by) {
    case 'overlay': {
      const sliceMs = (expected.span.lastAt - expected.span.firstAt) / 1_000 / times;
      return `by overlay: ${Math.ceil(times)} slices of ${lengthText(sliceMs)} over each other${because}`;
    }
    case 'speed':
      return `by speed: the recorded rhythm compressed ${times} times${because}`;
    case 'copies':
      if (times < 1) return `by copies: one of every ${Number((1 / times).toPrecision(3))} requests is sent${because}`;
      return `by copies: each request is sent ${copiesText(times)}${because}`;
    default:
      return by satisfies never;
  }
}

function copiesText(times: number): string {
  if (Number.isInteger(times)) return `${times} times`;
  return `${times} times in the mean`;
}

function passes({ loop, by, times }: SettledPlan, expected: Forecast, sends: number | undefined): string {
  if (loop === 1) return '';
  if (sends === 0) return '';
  const perPass = by === 'copies' ? expected.sendable * times : expected.sendable;
  if (sends === undefined) return 'passing over the recording again and again';
  const needed = sends / perPass;
  return needed <= 1
    ? 'within one pass over the recording'
    : `in ${formatNumberOf(Math.ceil(needed), 'pass').replace(/pass(s)$/, 'passes')} over the recording`;
}

function leftBehind({ exchanges, complete, sendable, leftBehind: reasons }: Forecast): string {
  if (sendable === exchanges) return '';
  const left = formatCount(exchanges - sendable);
  const named = Object.fromEntries(Object.entries(reasons).map(([reason, count]) => [describeReason(reason), count]));
  const stays = exchanges - sendable === 1 ? 'stays' : 'stay';
  return `${left} of ${complete ? '' : 'the first '}${formatNumberOf(exchanges, 'exchange')} ${stays} behind: ${listCounts(named)}`;
}

function writes({ writes: found }: Forecast, word: AnnouncedSending['writes']): string {
  if (found.length === 0) return '';
  const fate = { undecided: '', allow: ', which are sent', skip: ', which stay behind' }[word];
  return `writes${fate}: ${describeWrites(found)}`;
}

/** A name that nothing has is mistyped more often than meant. */
function noSession({ sessions: found }: Forecast, { session }: SettledPlan): string {
  if (session === undefined || found?.count !== 0) return '';
  return `no request has the session key ${escapeForTerminal(session)}, so none waits for another`;
}

function sessions({ sessions: found }: Forecast): string {
  if (found === undefined || found.count === 0) return '';
  return `${found.more ? 'more than ' : ''}${formatNumberOf(found.count, 'session')}, `;
}

/** `350 ms`, `4.2 s`, `12 min 5 s`, `1 h 0 min`. */
function lengthText(ms: Millis): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1_000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
