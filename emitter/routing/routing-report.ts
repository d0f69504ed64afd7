/** What the report of a run says of its targets. */
import type { HealthReport } from '../health/health-report.ts';
import type { TargetSetReport } from '../targets/index.ts';

export interface RoutingReport {
  readonly targets: TargetSetReport;
  /** Undefined where nobody judged them. */
  readonly health: HealthReport | undefined;
}
