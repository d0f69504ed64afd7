/** How the end of a body is found (RFC 9112, section 6.3), as a number: a length, or one of the cases below. */
import { ABSENT, ABSURD, type FieldSection, INVALID } from './field-section.ts';
import { NOTE } from './notes.ts';

/** A framing of 0 or more is the length of the body. */
export type BodyFraming = number;

export const FRAMING = {
  chunked: -1,
  untilClose: -2,
  /** What follows is no HTTP any more: 101, or 2xx to CONNECT. */
  tunnel: -3,
  /** The length is absurd or cannot be known: nothing behind this head can be framed. */
  broken: -4,
} as const;

/** What of the request decides about the response's body. */
export type RequestKind = 'plain' | 'head' | 'connect';

export function requestKindOf(verb: string): RequestKind {
  if (verb === 'HEAD') return 'head';
  return verb === 'CONNECT' ? 'connect' : 'plain';
}

/** Sets `fields.notes` where length and transfer encoding contradict. */
export function responseFraming(status: number, fields: FieldSection, request: RequestKind): BodyFraming {
  if (status === 101) return FRAMING.tunnel;
  if (request === 'connect' && status >= 200 && status < 300) return FRAMING.tunnel;
  if (request === 'head' || status < 200 || status === 204 || status === 304) return 0;
  if (fields.transferEncoding !== 'none') {
    noteBoth(fields);
    return fields.transferEncoding === 'chunked' ? FRAMING.chunked : FRAMING.untilClose;
  }
  if (fields.contentLength === ABSENT || fields.contentLength === INVALID) return FRAMING.untilClose;
  return fields.contentLength === ABSURD ? FRAMING.broken : fields.contentLength;
}

/** Sets `fields.notes` where length and transfer encoding contradict. */
export function requestFraming(fields: FieldSection): BodyFraming {
  if (fields.transferEncoding !== 'none') {
    noteBoth(fields);
    return fields.transferEncoding === 'chunked' ? FRAMING.chunked : FRAMING.broken;
  }
  if (fields.contentLength === ABSENT) return 0;
  return fields.contentLength < 0 ? FRAMING.broken : fields.contentLength;
}

/** RFC 9112, section 6.3: the transfer encoding wins, and the message may be an attempt at smuggling. */
function noteBoth(fields: FieldSection): void {
  if (fields.contentLength !== ABSENT) fields.notes |= NOTE.contentLengthAndTransferEncoding;
}
