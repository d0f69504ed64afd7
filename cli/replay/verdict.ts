/**
 * What a finished run means for whoever started it: an exit code, and a line of what to do.
 *
 *     130  interrupted            before  1  nothing answered            before
 *       4  not to be trusted: saturated, or the rate not reached         before
 *       3  a threshold failed, or a stop rule ended the run              before   0
 */
import type { Millis } from '../../core/index.ts';
import type { ReplayReport } from '../../emitter/index.ts';
import { listCounts } from '../render/completeness.ts';
import { escapeForTerminal } from '../render/terminal-text.ts';

export interface Verdict {
  readonly exitCode: 0 | 1 | 3 | 4 | 130;
  /** For standard error; empty where there is nothing to do. */
  readonly text: string;
}

/** Share of the run from which on writing its results counts as what held it up. */
const HELD_UP_SHARE = 0.05;

export interface Circumstances {
  readonly interrupted: boolean;
  /** How long writing the results has held up the sending; 0 where they were not asked for. */
  readonly heldUpMs: Millis;
}

/** Which exit code goes before which. */
const WEIGHTIEST_FIRST: readonly Verdict['exitCode'][] = [130, 1, 4, 3, 0];

/** Of several runs side by side: the exit code that goes before the others. */
export function weightiest(verdicts: readonly Verdict[]): Verdict['exitCode'] {
  return WEIGHTIEST_FIRST.find((code) => verdicts.some(({ exitCode }) => exitCode === code)) ?? 0;
}

export function verdictOf(report: ReplayReport, { interrupted, heldUpMs }: Circumstances): Verdict {
  const { stopped } = report;
  if (interrupted || stopped?.rule === 'interrupted') {
    return { exitCode: 130, text: 'interrupted: the report tells of what was sent until then' };
  }
  if (report.due > 0 && report.answered === 0) return { exitCode: 1, text: nothingAnswered(report) };
  if (report.generator.saturated || stopped?.rule === 'loop-lag') {
    return { exitCode: 4, text: overloaded(report, heldUpMs) };
  }
  if (!report.rate.reached) return { exitCode: 4, text: notReached(report) };
  if (stopped !== undefined) {
    return { exitCode: 3, text: `ended early by a rule of --stop-on: ${escapeForTerminal(stopped.text)}` };
  }
  const failed = report.thresholds.filter((threshold) => !threshold.passed);
  if (failed.length > 0) {
    const texts = failed.map(({ text }) => escapeForTerminal(text)).join(', ');
    return { exitCode: 3, text: `not kept: ${texts}; the report has what was measured` };
  }
  return { exitCode: 0, text: '' };
}

function overloaded({ durationMs }: ReplayReport, heldUpMs: Millis): string {
  const meaning = 'the emitter itself was overloaded, so its figures say little about the target';
  if (heldUpMs > durationMs * HELD_UP_SHARE) {
    const seconds = (heldUpMs / 1_000).toFixed(1);
    return `${meaning}: writing --results held it up for ${seconds} s; a faster disk or reader takes them sooner`;
  }
  return `${meaning}: ask for less, give it a core of its own, or say --workers N`;
}

function nothingAnswered({ target, failed, notSent }: ReplayReport): string {
  const where = escapeForTerminal(target);
  if (Object.keys(failed).length > 0) {
    return `nothing was answered by ${where} (${listCounts(failed)}): ${whatToAsk(failed)}`;
  }
  return `nothing was sent to ${where} (${listCounts(notSent)}): the reasons say what to change`;
}

/** Where all failed in one way that says more than that nobody is there. */
function whatToAsk(failed: ReplayReport['failed']): string {
  const [reason, ...others] = Object.keys(failed);
  if (others.length === 0 && reason === 'tls') {
    return 'is its certificate of an authority that --ca names, and for this --server-name? --insecure takes any';
  }
  if (others.length === 0 && reason === 'protocol-error') return 'does it speak the protocol that is asked for?';
  return 'is it running, and is it the right address?';
}

function notReached({ rate }: ReplayReport): string {
  const meaning = 'the rate asked for was not reached, so latencies of this run say little about the target';
  switch (rate.shortfall) {
    case 'dropped':
      return `${meaning}: sends were dropped for want of a connection in time; --connections, --max-wait and --late decide that`;
    case 'took-longer':
    case 'short-seconds':
    case undefined:
      return `${meaning}: ask for less, or give it more --connections or --workers`;
    default:
      return rate.shortfall satisfies never;
  }
}
