/** A request's head, as it has just been read, to the exchange that it begins. */
import type { FlowId, Micros, StreamOffset } from '../../core/index.ts';
import { requestFraming, requestKindOf } from './body-framing.ts';
import type { CalledService } from './called-service.ts';
import { REPLAYED } from './exchange-outlet.ts';
import { inspectRequest, namesOtherHost } from './head-inspection.ts';
import type { Http1Context } from './http1-context.ts';
import { NOTE } from './notes.ts';
import { PendingExchange } from './pending-exchange.ts';

/**
 * Sets `context.start` too.
 *
 * @param bytes of which the context has read the head
 * @param isPipelined another request waits for its answer: then the head is looked at more closely
 */
export function pendingRequest(
  context: Http1Context,
  names: CalledService,
  flow: FlowId,
  bytes: Uint8Array,
  offset: StreamOffset,
  at: Micros,
  isPipelined: boolean,
): PendingExchange {
  const { requestLine, fields, start } = context;
  const http09 = requestLine.version === 9;
  const pending = new PendingExchange({ at, flow, offset, index: 0 }, 'request');
  start.framing = http09 ? 0 : requestFraming(fields);
  pending.verb = requestLine.verb;
  pending.path = requestLine.path;
  pending.operation = requestLine.operation;
  pending.kind = requestKindOf(pending.verb);
  pending.http09 = http09;
  pending.waitingSince = at;
  pending.notes = requestLine.notes;
  if (http09) pending.service = names.ofServer();
  else {
    pending.notes |= fields.notes;
    if (fields.hostStart < 0 && requestLine.version === 11) pending.notes |= NOTE.missingHost;
    if (start.framing !== 0 || isPipelined) pending.notes |= inspectRequest(bytes, context);
    if ((pending.notes & NOTE.absoluteForm) !== 0 && namesOtherHost(bytes, requestLine, fields)) {
      pending.notes |= NOTE.hostMismatch;
    }
    pending.expectsContinue = fields.expectsContinue;
    pending.closes = fields.connectionClose;
    if (fields.hasExtra) {
      pending.trace = context.trace.read(bytes, fields);
      pending.leftOut = (fields.extraStart[context.markerPlace] as number) >= 0;
    }
    pending.service = names.ofRequest(bytes, context, pending.notes);
  }
  start.leaveOut = pending.leftOut ? REPLAYED : '';
  return pending;
}
