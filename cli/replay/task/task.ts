/** A replay as its document says it, checked. */
import type {
  CheckedCorrelationOptions,
  CheckedTargetSetOptions,
  DiscoveryOptions,
  HealthOptions,
  Rules,
  UnitOptions,
} from '../../../emitter/index.ts';
import type { OutcomeFlags } from '../../options/outcome.ts';
import type { PacingFlags } from '../../options/pacing.ts';
import type { SelectionFlags } from '../../options/selection.ts';
import type { SendingFlags } from '../../options/sending.ts';
import type { TargetFlags } from '../../options/targets.ts';

/** What flags can say too, as their parsers leave it. */
export interface TaskFlags
  extends SendingFlags,
    PacingFlags,
    Omit<OutcomeFlags, 'dryRun'>,
    Omit<SelectionFlags, 'newest'>,
    TargetFlags {
  readonly store?: string;
  readonly recording?: string;
  readonly file?: string;
  readonly where?: string;
}

/** A pool whose targets are found. */
export interface DiscoveredPool {
  readonly pool: string;
  readonly from: DiscoveryOptions;
}

export interface ReplayTask {
  readonly flags: TaskFlags;
  readonly pools: CheckedTargetSetOptions['pools'] | undefined;
  readonly discovered: readonly DiscoveredPool[];
  readonly balance: CheckedTargetSetOptions['balance'] | undefined;
  readonly health: HealthOptions | undefined;
  readonly units: UnitOptions | undefined;
  readonly rules: Rules | undefined;
  readonly correlate: CheckedCorrelationOptions | undefined;
}
