/**
 * A replay while it runs, as a block of lines that is drawn over and over:
 *
 *     replay to 127.0.0.1:8080 (run r1)
 *     ████████████▌                    20 %, 48 s left     where the plan's length is known
 *     rate         asked 1,000/s, sent 998/s  ▁▂▅▇██▇▇█    within the last second; the course of what was sent
 *     answers      11,950 of 12,000 due, 12 errors, 3 failed
 *     latency      p50 300 µs, p99 900 µs                  of the last ten seconds, from intended time
 *     lag          p99 1.20 ms, 3 waiting, own p99 20 µs   of all sends; own is what the generator is late by itself
 *     connections  3, 2 requests in flight
 *     targets      2 of 3 in, 12 sends held, out: 10.0.0.7:80    where there are several
 *
 * No line is longer than the terminal is wide: what is over is left out from the end, part by part.
 */
import type { Millis } from '../../core/index.ts';
import type { ReplayProgress } from '../../emitter/index.ts';
import { formatCount, formatNumberOf, formatRate, formatSpan } from './amount.ts';
import { renderBar } from './bars.ts';
import { describeTroubles } from './replay-progress.ts';
import { renderSparkline } from './sparkline.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

/** How long a run is planned to be; undefined what is not known. */
export interface PlannedLength {
  readonly durationMs?: Millis | undefined;
  readonly sends?: number | undefined;
}

export interface ReplayViewState {
  readonly title: string;
  readonly planned: PlannedLength;
  /** As polled, oldest first, at most {@link MAX_SAMPLES}. */
  readonly samples: readonly ReplayProgress[];
}

/** A minute of what is polled twice a second. */
export const MAX_SAMPLES = 121;
/** Rates are told over this span, so that single sends do not make them jump. */
const RATE_SPAN_MS: Millis = 1_000;
const NAME_WIDTH = 13;
const MIN_BAR_WIDTH = 8;
const MAX_BAR_WIDTH = 40;
/** Targets that are named; the others are counted. */
const MAX_OUT = 5;

/** @param title text from the user, not escaped yet */
export function startReplayView(title: string, planned: PlannedLength = {}): ReplayViewState {
  return { title, planned, samples: [] };
}

/** The view after one more look at the run. */
export function advanceReplayView(state: ReplayViewState, progress: ReplayProgress): ReplayViewState {
  return { ...state, samples: [...state.samples, progress].slice(-MAX_SAMPLES) };
}

/** @param width of the terminal, characters */
export function renderReplayView(state: ReplayViewState, width: number): string {
  const now = state.samples.at(-1);
  const title = shorten(escapeForTerminal(state.title), Math.max(1, width));
  if (now === undefined) return title;
  const { fromIntended, scheduleLag, tickLag } = now.recent;
  const line = (name: string, parts: readonly string[]) => fitLine(name, parts, width);
  return [
    title,
    ...progressLine(now, state.planned, width),
    rateLine(state.samples, now, width),
    line('answers', answerParts(now)),
    ...(fromIntended.p99 === 0 ? [] : [line('latency', spanParts(fromIntended))]),
    line('lag', [
      `p99 ${formatSpan(scheduleLag.p99)}`,
      now.waiting > 0 ? `${formatCount(now.waiting)} waiting` : 'none waiting',
      `own p99 ${formatSpan(tickLag.p99)}`,
    ]),
    line('connections', [formatCount(now.connections), `${formatNumberOf(now.inFlight, 'request')} in flight`]),
    ...(now.routing === undefined ? [] : [line('targets', targetParts(now.routing))]),
  ].join('\n');
}

function answerParts(now: ReplayProgress): readonly string[] {
  return [`${formatCount(now.answered)} of ${formatCount(now.due)} due`, ...describeTroubles({ ...now, waiting: 0 })];
}

function targetParts({ targets, out, held }: NonNullable<ReplayProgress['routing']>): readonly string[] {
  const [first, ...others] = out.slice(0, MAX_OUT).map(escapeForTerminal);
  return [
    `${formatCount(targets - out.length)} of ${formatCount(targets)} in`,
    ...(held > 0 ? [`${formatNumberOf(held, 'send')} held`] : []),
    ...(first === undefined ? [] : [`out: ${first}`, ...others]),
    ...(out.length > MAX_OUT ? [`${formatCount(out.length - MAX_OUT)} more`] : []),
  ];
}

function spanParts({ p50, p99 }: ReplayProgress['recent']['fromIntended']): readonly string[] {
  return [`p50 ${formatSpan(p50)}`, `p99 ${formatSpan(p99)}`];
}

/** Of both lengths that may be known, the one that is nearer to its end ends the run. */
function progressLine(now: ReplayProgress, { durationMs, sends }: PlannedLength, width: number): readonly string[] {
  const byTime = durationMs === undefined || durationMs <= 0 ? 0 : now.elapsedMs / durationMs;
  const bySends = sends === undefined || sends <= 0 ? 0 : plannedDue(now) / sends;
  const elapsed = durationText(now.elapsedMs);
  const share = Math.min(1, Math.max(byTime, bySends));
  if (share === 0) return [elapsed.slice(0, width)];
  const left = now.elapsedMs / share - now.elapsedMs;
  const text = `${Math.floor(share * 100)} %, ${share === 1 ? 'waiting for answers' : `${durationText(left)} left`}`;
  const barWidth = Math.min(MAX_BAR_WIDTH, width - text.length - 2);
  if (barWidth < MIN_BAR_WIDTH) return [text.slice(0, width)];
  return [`${renderBar(share, barWidth).padEnd(barWidth, '░')}  ${text}`];
}

function rateLine(samples: readonly ReplayProgress[], now: ReplayProgress, width: number): string {
  const before = samples.findLast(({ elapsedMs }) => elapsedMs <= now.elapsedMs - RATE_SPAN_MS) ?? samples[0] ?? now;
  const text = fitLine(
    'rate',
    [`sent ${formatRate(perSecond(before, now, sentOf))}`, `due ${formatRate(perSecond(before, now, plannedDue))}`],
    width,
  );
  const course = samples.slice(1).map((sample, index) => perSecond(samples[index] ?? sample, sample, sentOf));
  const room = Math.min(MAX_BAR_WIDTH, width - text.length - 2);
  return room < MIN_BAR_WIDTH || course.length === 0 ? text : `${text}  ${renderSparkline(course, room)}`;
}

function perSecond(from: ReplayProgress, to: ReplayProgress, countOf: (progress: ReplayProgress) => number): number {
  const ms = to.elapsedMs - from.elapsedMs;
  return ms <= 0 ? 0 : (Math.max(0, countOf(to) - countOf(from)) * 1000) / ms;
}

/** What the plan left out has no place in its rate and length. */
function plannedDue({ due, refused }: ReplayProgress): number {
  return due - refused;
}

function sentOf({ sent }: ReplayProgress): number {
  return sent;
}

/** As many of the parts as there is room for; the first is cut where even that is too long. */
function fitLine(name: string, parts: readonly string[], width: number): string {
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? name.padEnd(NAME_WIDTH) + part : `${line}, ${part}`;
    if (longer.length > width && line !== '') break;
    line = longer;
  }
  return line.slice(0, Math.max(0, width));
}

/** `48 s`, `12 min 5 s`, `1 h 0 min`. */
function durationText(ms: Millis): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
