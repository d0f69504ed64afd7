/** One shape for all sends, so that the hot path stays monomorphic. */
import type { Micros, PreparedRequest, Send } from '../../core/index.ts';

/** Where a send stands in a session that keeps its order. */
export interface SessionPlace {
  readonly session: string;
  readonly thinkMicros: Micros;
}

export const FREE_ORDER: SessionPlace = { session: '', thinkMicros: 0 };

/** With whom a send stays at one target, and whose it is. */
export interface Affinity {
  readonly key: string;
  readonly user: string;
}

export const NO_AFFINITY: Affinity = { key: '', user: '' };

export function newSend(
  request: PreparedRequest,
  copy: number,
  dueAt: Micros,
  place: SessionPlace,
  affinity: Affinity = NO_AFFINITY,
): Send {
  return {
    request,
    copy,
    session: place.session,
    thinkMicros: place.thinkMicros,
    key: affinity.key,
    user: affinity.user,
    target: '',
    dueAt,
    readyAt: 0,
    sentAt: 0,
    firstByteAt: 0,
    lastByteAt: 0,
    status: 0,
    answer: '',
    responseByteCount: 0,
    response: undefined,
    attempts: 0,
  };
}
