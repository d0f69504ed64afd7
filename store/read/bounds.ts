/** A selection with its bounds worked out: those of its flags, of its cursor, and of its query. */
import {
  boundsOf,
  compareExchangeIds,
  EVERYTHING,
  type ExchangeId,
  type Micros,
  type Selection,
} from '../../core/index.ts';

/** Latest time an id can carry: 14 hexadecimal digits, within what a number holds exactly. */
const LAST_MICROS: Micros = Number.MAX_SAFE_INTEGER;

/** `from` inclusive, `to` exclusive. */
export interface Bounds {
  readonly from: Micros;
  readonly to: Micros;
  readonly descending: boolean;
  /** Whom everything that is asked for was sent to, where the query says so. */
  readonly service: string | undefined;
  /** The only exchange that is asked for, where the query says so. */
  readonly id: ExchangeId | undefined;
}

export function toBounds(selection: Selection): Bounds {
  const descending = selection.order === 'newest-first';
  const { service, id, since = 0, until = LAST_MICROS } = boundsOf(selection.where ?? EVERYTHING);
  const from = Math.max(0, since, selection.since ?? 0);
  const to = Math.min(LAST_MICROS, until, selection.until ?? LAST_MICROS);
  const after = selection.after?.at;
  const bounds = { from, to, descending, service, id };
  if (after === undefined) return bounds;
  return descending ? { ...bounds, to: Math.min(to, after + 1) } : { ...bounds, from: Math.max(from, after) };
}

/** Whether an id lies within the times and behind the cursor. */
export function isAsked(id: ExchangeId, bounds: Bounds, after: ExchangeId | undefined): boolean {
  if (id.at < bounds.from || id.at >= bounds.to) return false;
  if (after === undefined) return true;
  const order = compareExchangeIds(id, after);
  return bounds.descending ? order < 0 : order > 0;
}
