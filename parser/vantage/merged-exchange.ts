/** Two views of one exchange, from the caller's and from the callee's end, made one. */
import type { Exchange, ExchangeId, Flow, Message } from '../../core/index.ts';

/** 3: nothing is missing; 2: both sides, bytes missing; 1: one side. */
export type Wholeness = 1 | 2 | 3;

export function wholenessOf({ outcome, reason }: Exchange): Wholeness {
  if (outcome === 'request-only' || outcome === 'response-only') return 1;
  return reason === '' ? 3 : 2;
}

/** Whether both stand for the same messages of the same streams: they begin at the same byte of a side. */
export function areViewsOfOne(one: Exchange, other: Exchange): boolean {
  if (one.protocol !== other.protocol) return false;
  const sameRequest = begins(one.request, other.request);
  const sameResponse = begins(one.response, other.response);
  if (one.protocol !== 'tcp') return sameRequest || sameResponse;
  return (
    one.request?.byteCount === other.request?.byteCount &&
    one.response?.byteCount === other.response?.byteCount &&
    (sameRequest || one.request === undefined) &&
    (sameResponse || one.response === undefined)
  );
}

function begins(one: Message | undefined, other: Message | undefined): boolean {
  return one !== undefined && other !== undefined && one.streamOffset === other.streamOffset;
}

/**
 * The caller's times, and of each side the bytes of the view that has more of them.
 *
 * @param flow the caller's, seen from both ends
 */
export function mergeViews(caller: Exchange, callee: Exchange, flow: Flow, id: ExchangeId): Exchange {
  const base = wholenessOf(callee) > wholenessOf(caller) ? callee : caller;
  const request = better(caller.request, callee.request);
  const response = better(caller.response, callee.response);
  const isWhole = request?.complete === true && response?.complete === true;
  return {
    ...base,
    id,
    flow,
    source: caller.source,
    service: caller.service,
    session: caller.session,
    reason: base.outcome === 'paired' && isWhole ? '' : base.reason,
    trace: base.trace ?? caller.trace ?? callee.trace,
    request,
    response,
    interim: caller.interim.length >= callee.interim.length ? caller.interim : callee.interim,
  };
}

function better(caller: Message | undefined, callee: Message | undefined): Message | undefined {
  if (caller === undefined || callee === undefined) return caller ?? callee;
  if (caller.complete || (!callee.complete && lackOf(caller) <= lackOf(callee))) return caller;
  return { ...callee, firstByteAt: caller.firstByteAt, lastByteAt: caller.lastByteAt };
}

/** Bytes that are known to be missing; a message that broke off lacks more than any that did not. */
function lackOf({ missing, byteCount }: Message): number {
  return missing.reduce((sum, range) => sum + range.byteCount, 0) - byteCount;
}
