/**
 * Ends a run before its plan does: by the share of failed sends, failures in a row, latency, and the emitter's own overload.
 * Fed about ten times a second with where the run stands, of one worker or merged of several. Pure: time is the run's own.
 */
import type { Millis } from '../../core/index.ts';
import type { StopRuleOptions } from '../options.ts';
import type { ReplayProgress, StopCause } from '../results/report.ts';

const WINDOW_MS: Millis = 10_000;
/** What the window knows of the past is this coarse, which bounds it at a hundred and one points. */
const POINT_MS: Millis = 100;
/** Sends within the window from which on a share or a percentile says something. */
const MIN_SENDS = 20;

interface Point {
  readonly elapsedMs: Millis;
  readonly answered: number;
  readonly failed: number;
}

const BEGIN: Point = { elapsedMs: 0, answered: 0, failed: 0 };

export class StopRules {
  readonly #options: StopRuleOptions;
  /** The oldest is the window's beginning. */
  readonly #points: Point[] = [BEGIN];

  constructor(options: StopRuleOptions) {
    this.#options = options;
  }

  /** @returns the first rule that is broken now */
  judge(progress: ReplayProgress): StopCause | undefined {
    const { failureShare, consecutiveFailures, latencyMs, loopLagMs } = this.#options;
    const begin = this.#windowBegin(progress);
    const failed = progress.failed - begin.failed;
    const answered = progress.answered - begin.answered;
    const settled = failed + answered;
    const spanMs = progress.elapsedMs - begin.elapsedMs;
    const seconds = spanMs < 1_000 ? rounded(spanMs / 1_000) : Math.round(spanMs / 1_000);
    if (failureShare !== undefined && settled >= MIN_SENDS && failed > failureShare * settled) {
      const found = `${failed} of the ${settled} sends of the last ${seconds} s failed, ${percent(failed / settled)}`;
      return { rule: 'failure-share', text: `${found}; the limit is ${percent(failureShare)}` };
    }
    if (consecutiveFailures !== undefined && progress.consecutiveFailures > consecutiveFailures) {
      const found = `${progress.consecutiveFailures} sends in a row failed`;
      return { rule: 'consecutive-failures', text: `${found}; the limit is ${consecutiveFailures}` };
    }
    const latency = progress.recent.fromIntended.p99 / 1_000;
    if (latencyMs !== undefined && answered >= MIN_SENDS && latency > latencyMs) {
      const found = `p99 of the latency from intended time was ${rounded(latency)} ms in the last ${seconds} s`;
      return { rule: 'latency', text: `${found}; the limit is ${latencyMs} ms` };
    }
    const loopLag = progress.recent.tickLag.p99 / 1_000;
    if (loopLagMs !== undefined && loopLag > loopLagMs) {
      const found = `the emitter is overloaded: p99 of its event loop's delay was ${rounded(loopLag)} ms in the last ${seconds} s`;
      return { rule: 'loop-lag', text: `${found}; the limit is ${loopLagMs} ms` };
    }
    return undefined;
  }

  /** Keeps where the run stands now, and finds where it stood ten seconds ago, or at its beginning. */
  #windowBegin({ elapsedMs, answered, failed }: ReplayProgress): Point {
    const points = this.#points;
    const newest = points.at(-1) ?? BEGIN;
    if (elapsedMs - newest.elapsedMs >= POINT_MS) points.push({ elapsedMs, answered, failed });
    while ((points[1]?.elapsedMs ?? elapsedMs) <= elapsedMs - WINDOW_MS) points.shift();
    return points[0] ?? BEGIN;
  }
}

function percent(share: number): string {
  return `${rounded(share * 100)} %`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
