/**
 * The rate of a plan over time, turned round: when its integral reaches a place.
 *
 *   sends ▲            ╱──     hold   t = n ÷ rate
 *       n ┼╌╌╌╌╌╌╌╌╌╌╱         ramp   t = 2n ÷ (a + √(a² + 2n(b − a) ÷ T)), the form that loses no digits
 *         │       ╱╌╎          sine   by swing.ts
 *         └────────┴─▶ time    weights: holds
 *
 * Computed from the place each time, so that nothing adds up over hours.
 */
import { type Micros, PLACE_TOLERANCE, phaseSends, type RatePhase } from '../../core/index.ts';
import { Swing } from './swing.ts';

/** Time within a piece at which its integral reaches `sends`, in seconds. */
type Inverse = (sends: number) => number;

interface Piece {
  /** Places before it and up to its end. */
  readonly from: number;
  readonly until: number;
  readonly startMicros: Micros;
  readonly durationMicros: Micros;
  readonly inverse: Inverse;
}

export class RateCurve {
  readonly #pieces: readonly Piece[];
  #current = 0;

  constructor(phases: readonly RatePhase[]) {
    this.#pieces = piecesOf(phases.flatMap(withoutWeights));
  }

  /**
   * µs after the plan's start; infinite behind its end. A place where the rate pauses is due when it goes on.
   * @param place never less than at the call before
   */
  timeOf(place: number): Micros {
    const pieces = this.#pieces;
    let piece = pieces[this.#current];
    while (piece !== undefined && place >= piece.until - PLACE_TOLERANCE) piece = pieces[++this.#current];
    if (piece === undefined) return Number.POSITIVE_INFINITY;
    const within = piece.inverse(Math.max(0, place - piece.from)) * 1_000_000;
    return piece.startMicros + Math.min(within, piece.durationMicros);
  }
}

/** Constant, linear or periodic; what has no sends is only time that passes. */
type PlainPhase = Exclude<RatePhase, { readonly kind: 'weights' }>;

function withoutWeights(phase: RatePhase): PlainPhase[] {
  if (phase.kind !== 'weights') return [phase];
  const { weights } = phase;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const durationMs = phase.durationMs / weights.length;
  const perWeight = sum === 0 ? 0 : (phase.perSecond * weights.length) / sum;
  return weights.map((weight) => ({ kind: 'hold', perSecond: weight * perWeight, durationMs }));
}

function piecesOf(phases: readonly PlainPhase[]): readonly Piece[] {
  let from = 0;
  let startMicros = 0;
  return phases.map((phase) => {
    const until = from + phaseSends(phase);
    const durationMicros = phase.durationMs * 1_000;
    const piece = { from, until, startMicros, durationMicros, inverse: inverseOf(phase) };
    from = until;
    startMicros += durationMicros;
    return piece;
  });
}

function inverseOf(phase: PlainPhase): Inverse {
  switch (phase.kind) {
    case 'hold': {
      const { perSecond } = phase;
      return (sends) => sends / perSecond;
    }
    case 'ramp': {
      const { from } = phase;
      const twiceSlope = (2 * (phase.to - from) * 1_000) / phase.durationMs;
      return (sends) => {
        if (sends === 0) return 0;
        return (2 * sends) / (from + Math.sqrt(Math.max(0, from * from + twiceSlope * sends)));
      };
    }
    case 'sine': {
      const swing = new Swing(phase);
      return (sends) => swing.secondsOf(sends);
    }
    default:
      return phase satisfies never;
  }
}
