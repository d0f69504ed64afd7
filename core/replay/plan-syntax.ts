/**
 * A plan as text: phases one after the other, separated by commas; blanks between the parts do not count.
 *
 *   hold:2000/5m             2000 sends a second for 5 minutes
 *   ramp:100-2000/60s        from 100 to 2000 a second within 60 seconds; 0 is allowed at one end
 *   steps:100-2000x5/60s     five equal steps from 100 to 2000, 60 seconds together
 *   sine:100-500~30s/10m     between 100 and 500 a second, one swing in 30 seconds, for 10 minutes; it begins low
 *   pause:10s                nothing for 10 seconds
 *   shape:500/10m            the recording's own rate, scaled to a mean of 500 a second and to 10 minutes (without them: to
 *                            the length of the recording)
 *
 * Durations are `500ms`, `10s`, `5m`, `1h`; rates and durations may have decimals.
 */
import { BytecopyError } from '../errors.ts';
import type { Millis } from '../units.ts';
import type { RatePhase } from './rate-phase.ts';

/** Rates: one send in 1000 s, up to what no process sends. */
export const MIN_PLAN_RATE = 0.001;
export const MAX_PLAN_RATE = 1_000_000;
export const MIN_PHASE_MS: Millis = 1;
/** 31 days. */
export const MAX_PHASE_MS: Millis = 31 * 24 * 3_600_000;
/** Steps count each. */
export const MAX_PHASES = 1_000;

/** The recording's rate over time, scaled; it becomes a phase of `weights` once the recording has been counted. */
export interface ShapePhase {
  readonly kind: 'shape';
  /** Mean. */
  readonly perSecond: number;
  /** As long as the recording where absent. */
  readonly durationMs: Millis | undefined;
}

export type PlanPhase = RatePhase | ShapePhase;

/** A phase of each kind, to show what is allowed. */
const EXAMPLES: Readonly<Record<string, string>> = {
  hold: 'hold:2000/5m',
  ramp: 'ramp:100-2000/60s',
  steps: 'steps:100-2000x5/60s',
  sine: 'sine:100-500~30s/10m',
  pause: 'pause:10s',
  shape: 'shape:500/10m',
};

const UNITS_MS: Readonly<Record<string, Millis>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** @throws BytecopyError `PLAN_INVALID` (exit code 2), naming the phase, what is wrong with it and an example of its kind */
export function parsePlan(text: string): readonly PlanPhase[] {
  const phases: PlanPhase[] = [];
  for (const [index, part] of text.split(',', MAX_PHASES + 1).entries()) {
    for (const phase of new PhaseText(part.trim(), index + 1).parse()) phases.push(phase);
    if (phases.length > MAX_PHASES) throw invalidPlan(`the plan has more than ${MAX_PHASES} phases`);
  }
  if (phases.every((phase) => phase.kind === 'hold' && phase.perSecond === 0)) {
    throw invalidPlan('the plan sends nothing: all its phases are pauses');
  }
  return phases;
}

/** As {@link parsePlan} reads it; steps come out as holds, weights as the shape they were made of. */
export function formatPlan(phases: readonly PlanPhase[]): string {
  return phases.map(formatPhase).join(',');
}

export function invalidPlan(message: string, example?: string): BytecopyError {
  const hint = `${example === undefined ? '' : `such as ${example}; `}a plan looks like ramp:100-2000/60s,hold:2000/5m`;
  return new BytecopyError('PLAN_INVALID', message, { hint, exitCode: 2 });
}

function formatPhase(phase: PlanPhase): string {
  switch (phase.kind) {
    case 'hold':
      if (phase.perSecond === 0) return `pause:${formatDuration(phase.durationMs)}`;
      return `hold:${phase.perSecond}/${formatDuration(phase.durationMs)}`;
    case 'ramp':
      return `ramp:${phase.from}-${phase.to}/${formatDuration(phase.durationMs)}`;
    case 'sine': {
      const period = formatDuration(phase.periodMs);
      return `sine:${phase.min}-${phase.max}~${period}/${formatDuration(phase.durationMs)}`;
    }
    case 'weights':
      return `shape:${phase.perSecond}/${formatDuration(phase.durationMs)}`;
    case 'shape':
      return `shape:${phase.perSecond}${phase.durationMs === undefined ? '' : `/${formatDuration(phase.durationMs)}`}`;
    default:
      return phase satisfies never;
  }
}

/** In the largest unit that it is a whole number of. */
function formatDuration(durationMs: Millis): string {
  for (const unit of ['h', 'm', 's']) {
    const unitMs = UNITS_MS[unit] as Millis;
    if (durationMs % unitMs === 0) return `${durationMs / unitMs}${unit}`;
  }
  return `${durationMs}ms`;
}

/** One phase while it is read. */
class PhaseText {
  readonly #text: string;
  readonly #number: number;
  #kind = '';

  constructor(text: string, number: number) {
    this.#text = text;
    this.#number = number;
  }

  parse(): readonly PlanPhase[] {
    if (this.#text === '') throw this.#error('it is empty');
    const [kind, rest] = this.#halves(this.#text, ':');
    if (!Object.hasOwn(EXAMPLES, kind)) {
      throw this.#error(`it begins with none of ${Object.keys(EXAMPLES).join(', ')} and a colon`);
    }
    this.#kind = kind;
    if (rest === undefined) throw this.#error(`nothing follows ${kind}`);
    if (kind === 'pause') return [{ kind: 'hold', perSecond: 0, durationMs: this.#duration(rest) }];
    const [rates, duration] = this.#halves(rest, '/');
    if (kind === 'shape') {
      const durationMs = duration === undefined ? undefined : this.#duration(duration);
      return [{ kind, perSecond: this.#rate(rates), durationMs }];
    }
    if (duration === undefined) throw this.#error('its duration is missing');
    const durationMs = this.#duration(duration);
    if (kind === 'hold') return [{ kind, perSecond: this.#rate(rates), durationMs }];
    if (kind === 'ramp') return [this.#ramp(rates, durationMs)];
    return kind === 'sine' ? [this.#sine(rates, durationMs)] : this.#steps(rates, durationMs);
  }

  #ramp(text: string, durationMs: Millis): PlanPhase {
    const [from, to] = this.#range(text);
    if (from === 0 && to === 0) throw this.#error('both ends are 0; pause:10s asks for nothing');
    return { kind: 'ramp', from, to, durationMs };
  }

  #sine(text: string, durationMs: Millis): PlanPhase {
    const [range, period] = this.#halves(text, '~');
    if (period === undefined) throw this.#error('the time of one swing is missing behind ~');
    const [min, max] = this.#range(range);
    if (min >= max) throw this.#error(`it swings from ${min} up to ${max}: the first must be less than the second`);
    return { kind: 'sine', min, max, periodMs: this.#duration(period), durationMs };
  }

  #steps(text: string, durationMs: Millis): readonly PlanPhase[] {
    const [range, countText] = this.#halves(text, 'x');
    const count = /^\d+$/.test(countText ?? '') ? Number(countText) : 0;
    if (count < 2 || count > MAX_PHASES) throw this.#error(`the number of steps behind x must be 2 to ${MAX_PHASES}`);
    const [from, to] = this.#range(range);
    if (from === 0 || to === 0) throw this.#error('a step of 0 sends nothing; pause:10s asks for that');
    if (durationMs / count < MIN_PHASE_MS) throw this.#error(`a step is shorter than ${MIN_PHASE_MS} ms`);
    return Array.from({ length: count }, (_, step) => ({
      kind: 'hold',
      perSecond: step === count - 1 ? to : from + ((to - from) * step) / (count - 1),
      durationMs: durationMs / count,
    }));
  }

  #range(text: string): readonly [number, number] {
    const [first, second] = this.#halves(text, '-');
    if (second === undefined) throw this.#error(`"${shown(text)}" is no range of rates`);
    return [this.#rate(first, true), this.#rate(second, true)];
  }

  #rate(text: string, zeroAllowed = false): number {
    const rate = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (zeroAllowed && rate === 0) return 0;
    if (rate >= MIN_PLAN_RATE && rate <= MAX_PLAN_RATE) return rate;
    const zero = zeroAllowed ? '0 or ' : '';
    throw this.#error(`"${shown(text)}" is no rate: ${zero}${MIN_PLAN_RATE} to ${MAX_PLAN_RATE} sends a second`);
  }

  #duration(text: string): Millis {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(text) ?? [];
    const durationMs = Number(digits) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
    if (durationMs >= MIN_PHASE_MS && durationMs <= MAX_PHASE_MS) return durationMs;
    throw this.#error(`"${shown(text)}" is no duration: 1ms to 744h, with ms, s, m or h`);
  }

  /** What is before and behind the first separator; the second is undefined where there is none. */
  #halves(text: string, separator: string): readonly [string, string | undefined] {
    const place = text.indexOf(separator);
    if (place < 0) return [text, undefined];
    return [text.slice(0, place).trim(), text.slice(place + 1).trim()];
  }

  #error(found: string): BytecopyError {
    return invalidPlan(`phase ${this.#number} of the plan, "${shown(this.#text)}": ${found}`, EXAMPLES[this.#kind]);
  }
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
