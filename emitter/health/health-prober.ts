/**
 * Checks all targets at their interval and tells each one's health: one timer for all of them, one connection a check, and no
 * check of a target while the one before it has not ended.
 */
import type { Clock, Micros, Millis } from '../../core/index.ts';
import type { OwnEndpoints } from '../connection/own-endpoints.ts';
import { CheckSchedule } from './check-schedule.ts';
import { type ProbedTarget, probeHealth } from './health-probe.ts';
import type { CheckOptions, HealthOptions } from './options.ts';

export interface HealthProberDeps {
  readonly clock: Clock;
  readonly ownEndpoints: OwnEndpoints;
}

/** Whoever wants to know: a `TargetHealth`. */
export interface Checked {
  checked(ok: boolean, now: Micros, why?: string): void;
}

interface Patient {
  readonly target: ProbedTarget;
  readonly health: Checked;
  /** While it is asked. */
  giveUp: (() => void) | undefined;
}

export class HealthProber {
  readonly #options: HealthOptions & { readonly check: CheckOptions };
  readonly #deps: HealthProberDeps;
  readonly #patients = new Map<string, Patient>();
  #schedule: CheckSchedule | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param options `check` says what is asked */
  constructor(options: HealthOptions & { readonly check: CheckOptions }, deps: HealthProberDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Time from a target's death until it is out, at most. */
  get budgetMs(): Millis {
    const { intervalMs, fall, timeoutMs } = this.#options;
    return intervalMs * fall + timeoutMs;
  }

  /** One that is added while this runs is checked in its turn. Idempotent. */
  add(id: string, target: ProbedTarget, health: Checked): void {
    if (this.#patients.has(id)) return;
    this.#patients.set(id, { target, health, giveUp: undefined });
    if (this.#schedule === undefined) return;
    this.#schedule.add(id, this.#deps.clock.monotonic());
    this.#wait(this.#schedule);
  }

  /** Its health is told nothing any more. Idempotent. */
  remove(id: string): void {
    this.#patients.get(id)?.giveUp?.();
    this.#patients.delete(id);
    this.#schedule?.remove(id);
  }

  /** Idempotent. */
  start(): void {
    if (this.#schedule !== undefined) return;
    const interval = this.#options.intervalMs * 1_000;
    this.#schedule = new CheckSchedule(interval, [...this.#patients.keys()], this.#deps.clock.monotonic());
    this.#wait(this.#schedule);
  }

  /** Nothing is asked or told any more, and no connection stays. Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#schedule = undefined;
    for (const patient of this.#patients.values()) {
      patient.giveUp?.();
      patient.giveUp = undefined;
    }
  }

  #wait(schedule: CheckSchedule): void {
    clearTimeout(this.#timer);
    const { nextAt } = schedule;
    if (nextAt === undefined) return;
    const waitMs = Math.max(0, Math.ceil((nextAt - this.#deps.clock.monotonic()) / 1_000));
    this.#timer = setTimeout(() => this.#turn(schedule), waitMs);
  }

  #turn(schedule: CheckSchedule): void {
    for (const id of schedule.take(this.#deps.clock.monotonic())) {
      const patient = this.#patients.get(id);
      if (patient !== undefined && patient.giveUp === undefined) this.#ask(patient);
    }
    this.#wait(schedule);
  }

  #ask(patient: Patient): void {
    const { check, timeoutMs } = this.#options;
    const { clock, ownEndpoints } = this.#deps;
    patient.giveUp = probeHealth({ ...patient.target, check, timeoutMs, ownEndpoints }, (trouble) => {
      patient.giveUp = undefined;
      patient.health.checked(trouble === undefined, clock.monotonic(), trouble);
    });
  }
}
