/** Whether a run kept to the rate that was asked for, and if not, why. */
import type { Micros } from '../../core/index.ts';
import type { PlanReport, RateReport, RateShortfall } from './report.ts';
import type { SpanRate } from './span-rate.ts';

/** How much longer than planned the sending may take: 1 %, and what a short run needs. */
const SPAN_TOLERANCE = 1.01;
const SPAN_TOLERANCE_MICROS: Micros = 100_000;
/** Share of the plan's seconds that may fall short; one always may. */
const SHORT_SHARE = 0.01;

export interface RateMeasured {
  /** Undefined for a mirror. */
  readonly plan: PlanReport | undefined;
  readonly asked: SpanRate;
  /** When sends could go as far as their sessions are concerned: a client that waits for its answers is later than planned. */
  readonly ready: SpanRate;
  /** What went; sends that found no connection in time to fail on are not in it, and so cannot have gone late. */
  readonly sent: SpanRate;
  readonly answers: SpanRate;
  readonly dropped: number;
  readonly intervals: { readonly planned: number; readonly short: number };
}

export function rateReport(measured: RateMeasured): RateReport {
  const { plan, asked, sent, answers } = measured;
  const planned = plan !== undefined && plan.timing.kind !== 'max';
  const shortfall = shortfallOf(measured, planned);
  return {
    askedPerSecond: planned ? asked.perSecond : undefined,
    sentPerSecond: sent.perSecond,
    answeredPerSecond: answers.perSecond,
    reached: shortfall === undefined,
    shortfall,
  };
}

function shortfallOf(
  { asked, ready, sent, dropped, intervals }: RateMeasured,
  planned: boolean,
): RateShortfall | undefined {
  if (dropped > 0) return 'dropped';
  if (!planned) return undefined;
  const spanMicros = Math.max(asked.spanMicros, ready.spanMicros);
  if (sent.spanMicros > spanMicros * SPAN_TOLERANCE + SPAN_TOLERANCE_MICROS) return 'took-longer';
  const tooMany = intervals.short > 1 && intervals.short > intervals.planned * SHORT_SHARE;
  return tooMany ? 'short-seconds' : undefined;
}
