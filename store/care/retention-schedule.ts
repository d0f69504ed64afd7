/** Retention once a minute and at the start, while a process writes. */
import type { BytecopyError, Clock, Millis } from '../../core/index.ts';
import type { RetentionReport } from './retention.ts';
import type { RetentionPolicy } from './retention-policy.ts';
import type { StoreCare } from './store-care.ts';

const PERIOD_MS: Millis = 60_000;

export interface RetentionScheduleDeps {
  readonly care: Pick<StoreCare, 'retain'>;
  readonly clock: Clock;
  /** Told of each time that dropped something. */
  readonly onDropped: (report: RetentionReport) => void;
  /** Told of each time that failed; the next one tries again. */
  readonly onFailed: (error: BytecopyError | Error) => void;
  readonly periodMs?: Millis;
}

export class RetentionSchedule {
  readonly #policy: RetentionPolicy;
  readonly #deps: RetentionScheduleDeps;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(policy: RetentionPolicy, deps: RetentionScheduleDeps) {
    this.#policy = policy;
    this.#deps = deps;
  }

  /** Resolves when the first time is over. */
  async start(): Promise<void> {
    this.#timer ??= setInterval(() => void this.#run(), this.#deps.periodMs ?? PERIOD_MS).unref();
    await this.#run();
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  #run(): Promise<void> {
    this.#running ??= this.#retain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #retain(): Promise<void> {
    const { care, clock, onDropped, onFailed } = this.#deps;
    try {
      const report = await care.retain({ policy: this.#policy, now: clock.now() });
      if (report.dropped.length + report.ended.length > 0) onDropped(report);
    } catch (error) {
      onFailed(error as Error);
    }
  }
}
