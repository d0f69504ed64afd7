/** Where a run stands whose plan several workers share. */
import { joinRoutingProgress } from '../routing/routing-report.ts';
import { NO_PROGRESS, type ReplayProgress } from './report.ts';

/** Counts add up, consecutive failures too: each worker sees a part of the same sends. Latencies are the worst worker's. */
export function mergeProgress(workers: readonly ReplayProgress[]): ReplayProgress {
  return workers.reduce(
    (one, other) => ({
      elapsedMs: Math.max(one.elapsedMs, other.elapsedMs),
      due: one.due + other.due,
      sent: one.sent + other.sent,
      answered: one.answered + other.answered,
      failed: one.failed + other.failed,
      notSent: one.notSent + other.notSent,
      refused: one.refused + other.refused,
      errors: one.errors + other.errors,
      inFlight: one.inFlight + other.inFlight,
      waiting: one.waiting + other.waiting,
      connections: one.connections + other.connections,
      consecutiveFailures: one.consecutiveFailures + other.consecutiveFailures,
      recent: {
        fromIntended: {
          p50: Math.max(one.recent.fromIntended.p50, other.recent.fromIntended.p50),
          p99: Math.max(one.recent.fromIntended.p99, other.recent.fromIntended.p99),
        },
        scheduleLag: { p99: Math.max(one.recent.scheduleLag.p99, other.recent.scheduleLag.p99) },
        tickLag: { p99: Math.max(one.recent.tickLag.p99, other.recent.tickLag.p99) },
      },
      plannedUntil: Math.max(one.plannedUntil, other.plannedUntil),
      ...joinedRouting(one, other),
    }),
    NO_PROGRESS,
  );
}

function joinedRouting(
  { routing: one }: ReplayProgress,
  { routing: other }: ReplayProgress,
): Pick<ReplayProgress, 'routing'> {
  const routing = one === undefined || other === undefined ? (one ?? other) : joinRoutingProgress(one, other);
  return routing === undefined ? {} : { routing };
}
