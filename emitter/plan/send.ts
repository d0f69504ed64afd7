/** One shape for all sends, so that the hot path stays monomorphic. */
import type { Micros, PreparedRequest, Send } from '../../core/index.ts';

export function newSend(request: PreparedRequest, copy: number, dueAt: Micros): Send {
  return {
    request,
    copy,
    dueAt,
    readyAt: 0,
    sentAt: 0,
    firstByteAt: 0,
    lastByteAt: 0,
    status: 0,
    responseByteCount: 0,
    attempts: 0,
  };
}
