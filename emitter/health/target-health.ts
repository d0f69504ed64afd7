/**
 * Whether one target may be sent to, and how much: out fast, back slowly. Pure: checks, sends and time come from outside.
 *
 *     out     `fall` bad checks in a row: down. Too many failed sends within the window: ejected, at that send.
 *     back    its time out has passed (back-off.ts), then as many good checks in a row as are asked for; without checks, at
 *             once. It then returns: from 10 % of its weight to all of it (ramp.ts).
 *     up      all of its weight again, and {@link STEADY_CHECKS} good checks in a row.
 *
 * So a check that fails half of the time makes three changes in ten minutes: out, returning, out. It then needs thirty good
 * checks in a row to return, and would have needed them to count as up.
 */
import type { FailureReason, Micros, Send } from '../../core/index.ts';
import { BackOff, STEADY_CHECKS } from './back-off.ts';
import { FailureWindow } from './failure-window.ts';
import { HEALTH_STATES, type HealthChange, type HealthState } from './health-state.ts';
import { isFailedSend } from './is-failed-send.ts';
import type { EjectOptions, HealthOptions } from './options.ts';
import { Ramp } from './ramp.ts';

/** Changes kept; those beyond are counted. A target that fails its sends goes out and returns some 14 times in ten minutes. */
export const MAX_CHANGES = 256;

export interface TargetHealthDeps {
  /** Asked before it is ejected: others may be, too many of them. Always where absent. */
  readonly mayEject?: () => boolean;
  /** Called with each change, when it stands. */
  readonly onChange?: (change: HealthChange) => void;
}

export class TargetHealth {
  readonly #options: HealthOptions;
  readonly #deps: TargetHealthDeps;
  readonly #eject: EjectOptions | undefined;
  readonly #latencyMicros: Micros;
  readonly #window: FailureWindow;
  readonly #backOff: BackOff;
  readonly #ramp: Ramp;
  readonly #changes: HealthChange[] = [];
  readonly #spent = new Map<HealthState, Micros>();
  #changeCount = 0;
  #state: HealthState = 'up';
  /** When the state was entered. */
  #since: Micros;
  /** When it returned last: sends that began before speak of another time. */
  #returnedAt: Micros = Number.NEGATIVE_INFINITY;
  /** Checks in a row; while it is out, good ones count from the end of its time out on. */
  #good = 0;
  #bad = 0;
  #withheld = 0;
  /** The window says so and the others do not let it. */
  #isWithheld = false;

  /** @param now it counts as up from then on */
  constructor(options: HealthOptions, now: Micros, deps: TargetHealthDeps = {}) {
    this.#options = options;
    this.#deps = deps;
    this.#eject = options.eject === false ? undefined : options.eject;
    this.#latencyMicros = (this.#eject?.latencyMs ?? Number.POSITIVE_INFINITY) * 1_000;
    this.#window = new FailureWindow((this.#eject?.windowMs ?? 1) * 1_000);
    this.#backOff = new BackOff(options);
    this.#ramp = new Ramp(options.rampMs * 1_000);
    this.#since = now;
  }

  get state(): HealthState {
    return this.#state;
  }

  /** In order, at most {@link MAX_CHANGES}, the first ones. */
  get changes(): readonly HealthChange[] {
    return this.#changes;
  }

  /** All changes, also those that are not kept. */
  get changeCount(): number {
    return this.#changeCount;
  }

  /** Times its sends said that it should go out, and too many others were ejected already. */
  get withheld(): number {
    return this.#withheld;
  }

  /** Of its weight: 0 where it takes nothing new, 1 where it takes its all. */
  share(now: Micros): number {
    switch (this.#state) {
      case 'up':
        return 1;
      case 'down':
      case 'ejected':
        return 0;
      case 'returning':
        return this.#ramp.share(now);
      default:
        return this.#state satisfies never;
    }
  }

  /** Time in each state, that in this one included. */
  spent(now: Micros): Readonly<Record<HealthState, Micros>> {
    const spent = { up: 0, down: 0, ejected: 0, returning: 0 };
    for (const state of HEALTH_STATES) spent[state] = this.#spent.get(state) ?? 0;
    spent[this.#state] += Math.max(0, now - this.#since);
    return spent;
  }

  /** @param why what was wrong, where something was */
  checked(ok: boolean, now: Micros, why = 'no answer'): void {
    if (ok) this.#checkedGood(now);
    else this.#checkedBad(now, why);
  }

  /**
   * A send of the target has its outcome.
   * @param reason where it failed
   */
  ended(send: Send, reason: FailureReason | undefined, now: Micros): void {
    this.sent(!isFailedSend(send, reason), now, send.sentAt === 0 ? 0 : now - send.sentAt);
  }

  /**
   * Each outcome of a send. What ends while the target is out, or began before it returned, says nothing of how it is now.
   * @param latencyMicros from the send to the outcome; 0 where nothing could be sent
   */
  sent(ok: boolean, now: Micros, latencyMicros: Micros = 0): void {
    const eject = this.#eject;
    if (eject === undefined || this.#isOut || now - latencyMicros < this.#returnedAt) return;
    const window = this.#window;
    window.record(!ok || latencyMicros > this.#latencyMicros, now);
    if (window.failed >= eject.failureShare * window.sent && window.sent >= eject.atLeast) this.#failing(now, eject);
    else this.#isWithheld = false;
  }

  /** Time alone brings back what is not checked, and ends the return. */
  tick(now: Micros): void {
    if (this.#state === 'returning') {
      this.#endReturn(now);
    } else if (this.#isOut && this.#options.check === undefined && now >= this.#returnAt) {
      this.#return(now, `${seconds(this.#backOff.outMicros)} out`);
    }
  }

  get #isOut(): boolean {
    return this.#state === 'down' || this.#state === 'ejected';
  }

  get #returnAt(): Micros {
    return this.#since + this.#backOff.outMicros;
  }

  #checkedGood(now: Micros): void {
    this.#bad = 0;
    if (this.#isOut) {
      if (now < this.#returnAt) return;
      this.#good++;
      if (this.#good < this.#backOff.proof) return;
      this.#return(now, `${seconds(now - this.#since)} out, then ${count(this.#good, 'good check')} in a row`);
      return;
    }
    this.#good++;
    this.#ramp.goOn(now);
    if (this.#state === 'returning') this.#endReturn(now);
  }

  #checkedBad(now: Micros, why: string): void {
    if (this.#isOut && this.#good > 0) this.#backOff.proofBroke();
    this.#good = 0;
    this.#bad++;
    if (this.#isOut) return;
    this.#ramp.hold(now);
    if (this.#bad >= this.#options.fall) {
      this.#goOut('down', now, `${count(this.#bad, 'bad check')} in a row: ${why}`);
    }
  }

  #failing(now: Micros, eject: EjectOptions): void {
    if (this.#deps.mayEject?.() === false) {
      if (!this.#isWithheld) this.#withheld++;
      this.#isWithheld = true;
      return;
    }
    const { failed, sent } = this.#window;
    this.#goOut('ejected', now, `${failed} of ${sent} sends within ${seconds(eject.windowMs * 1_000)} failed`);
  }

  #goOut(to: 'down' | 'ejected', now: Micros, why: string): void {
    this.#backOff.wentOut(this.#state === 'returning', now);
    this.#good = 0;
    this.#window.clear();
    this.#isWithheld = false;
    this.#change(to, now, why);
  }

  #return(now: Micros, why: string): void {
    this.#returnedAt = now;
    this.#ramp.start(now);
    this.#bad = 0;
    this.#change('returning', now, why);
    this.#endReturn(now);
  }

  #endReturn(now: Micros): void {
    if (this.#ramp.share(now) < 1) return;
    const { check, rampMs } = this.#options;
    if (check !== undefined && this.#good < STEADY_CHECKS) return;
    const steady = check === undefined ? '' : `, ${count(this.#good, 'good check')} in a row`;
    this.#change('up', now, `all of its weight after ${seconds(rampMs * 1_000)}${steady}`);
  }

  #change(to: HealthState, now: Micros, why: string): void {
    const from = this.#state;
    this.#spent.set(from, (this.#spent.get(from) ?? 0) + Math.max(0, now - this.#since));
    this.#state = to;
    this.#since = now;
    const change = { at: now, from, to, why };
    this.#changeCount++;
    if (this.#changes.length < MAX_CHANGES) this.#changes.push(change);
    this.#deps.onChange?.(change);
  }
}

function seconds(micros: Micros): string {
  return `${Math.round(micros / 100_000) / 10} s`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
