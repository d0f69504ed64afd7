/** Asks the target every second whether it is well; three times in a row that it is not end the run. */
import type { Millis } from '../../core/index.ts';
import type { StopCause } from '../results/report.ts';
import { type ProbedTarget, probeHealth } from './health-probe.ts';

const DEFAULT_INTERVAL_MS: Millis = 1_000;
const DEFAULT_TIMEOUT_MS: Millis = 1_000;
const MAX_FAILURES = 3;

export interface HealthCheckOptions extends ProbedTarget {
  /** A path, answered with 2xx or 3xx by a target that is well; or `tcp` for a connection, over TLS where that is given. */
  readonly health: string;
  /** From an outcome to the next question. */
  readonly intervalMs?: Millis;
  /** Longest wait for an answer, from when it is asked. */
  readonly timeoutMs?: Millis;
}

export interface HealthCheckDeps {
  /** Called once; nothing is asked any more then. */
  readonly onFailing: (cause: StopCause) => void;
}

export class HealthCheck {
  readonly #options: Required<HealthCheckOptions>;
  readonly #deps: HealthCheckDeps;
  #failures = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #giveUp: (() => void) | undefined;

  constructor(options: HealthCheckOptions, deps: HealthCheckDeps) {
    this.#options = { intervalMs: DEFAULT_INTERVAL_MS, timeoutMs: DEFAULT_TIMEOUT_MS, ...options };
    this.#deps = deps;
  }

  /** Asks for the first time, and then again and again. Idempotent. */
  start(): void {
    if (this.#giveUp === undefined && !this.#stopped) this.#ask();
  }

  /** Nothing is asked or told any more. Idempotent. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#giveUp?.();
  }

  #ask(): void {
    const { health } = this.#options;
    const check = health === 'tcp' ? ({ kind: 'tcp' } as const) : ({ kind: 'http', path: health } as const);
    this.#giveUp = probeHealth({ ...this.#options, check }, (trouble) => this.#tell(trouble));
  }

  #tell(trouble: string | undefined): void {
    this.#failures = trouble === undefined ? 0 : this.#failures + 1;
    if (trouble === undefined || this.#failures < MAX_FAILURES) {
      this.#timer = setTimeout(() => this.#ask(), this.#options.intervalMs);
      return;
    }
    this.#stopped = true;
    const { health } = this.#options;
    const asked = health === 'tcp' ? 'a connection' : `GET ${health}`;
    const text = `the target is not well: ${asked} ended ${MAX_FAILURES} times in a row with ${trouble}`;
    this.#deps.onFailing({ rule: 'health', text });
  }
}
