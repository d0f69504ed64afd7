/**
 * What a target may be, as far as its health goes.
 *
 *              fall bad checks                        good checks, or its time is over
 *     up ────────────────────────▶ down ────────────┐
 *      ▲ └───── failed sends ────▶ ejected ─────────┴──▶ returning ──▶ down, ejected
 *      └──────── all of its weight again, and steady ───────┘
 */
import type { Micros } from '../../core/index.ts';

export const HEALTH_STATES = ['up', 'down', 'ejected', 'returning'] as const;

export type HealthState = (typeof HEALTH_STATES)[number];

export interface HealthChange {
  /** Of the monotonic clock. */
  readonly at: Micros;
  readonly from: HealthState;
  readonly to: HealthState;
  /** For people: what was seen. */
  readonly why: string;
}
