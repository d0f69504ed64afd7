/**
 * Watches a run by its stop rules, ten times a second, and asks after the target's health where that is a rule. A run
 * without rules is looked at all the same: its course, such as how many connections were open, is kept by being asked for.
 */
import type { Millis } from '../../core/index.ts';
import { HealthCheck } from '../health/health-check.ts';
import type { ProbedTarget } from '../health/health-probe.ts';
import type { StopRuleOptions } from '../options.ts';
import type { ReplayProgress, StopCause } from '../results/report.ts';
import { StopRules } from './stop-rules.ts';

const INTERVAL_MS: Millis = 100;

export interface RunGuardDeps {
  /** Also asked once at the end. */
  readonly progress: () => ReplayProgress;
  /** Called once. */
  readonly onStop: (cause: StopCause) => void;
}

export class RunGuard {
  readonly #timer: NodeJS.Timeout;
  readonly #health: HealthCheck | undefined;
  readonly #progress: () => ReplayProgress;

  /** @param target whose health is asked for; only needed where that is a rule */
  constructor(options: StopRuleOptions, target: ProbedTarget | undefined, deps: RunGuardDeps) {
    const { health, ...judged } = options;
    const rules = new StopRules(judged);
    const end = (cause: StopCause): void => {
      this.stop();
      deps.onStop(cause);
    };
    this.#progress = deps.progress;
    this.#timer = setInterval(() => {
      const cause = rules.judge(deps.progress());
      if (cause !== undefined) end(cause);
    }, INTERVAL_MS);
    if (health === undefined || target === undefined) return;
    this.#health = new HealthCheck({ ...target, health }, { onFailing: end });
    this.#health.start();
  }

  /** Idempotent. */
  stop(): void {
    this.#progress();
    clearInterval(this.#timer);
    this.#health?.stop();
  }
}
