/**
 * A closer look at one request's head, for what reading it does not need to see but another server may see otherwise.
 * It costs as much as reading the head once more, so it is taken only where a message could hide in another: at requests
 * with a body, and at pipelined ones.
 */
import { latin1 } from '../latin1.ts';
import { authorityOf } from './called-service.ts';
import type { FieldSection } from './field-section.ts';
import { NOTE } from './notes.ts';
import type { RequestLine } from './request-line.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const CR = 0x0d;
const DEL = 0x7f;
const HTAB = 0x09;
const LF = 0x0a;
const SP = 0x20;

/** A head as it has just been read, and where in its bytes it lies. */
export interface InspectedHead {
  readonly requestLine: RequestLine;
  readonly fields: FieldSection;
  readonly headStart: number;
  readonly headEnd: number;
}

/** What could make another server read something else. @returns bits of {@link NOTE} */
export function inspectRequest(bytes: Uint8Array, { requestLine, fields, headStart, headEnd }: InspectedHead): number {
  const { verb } = requestLine;
  let notes = oddOctets(bytes, headStart, headEnd);
  if (requestLine.version === 10 && fields.transferEncoding !== 'none') notes |= NOTE.http10TransferEncoding;
  const hasBody = fields.contentLength > 0 || fields.transferEncoding !== 'none';
  if (hasBody && (verb === 'GET' || verb === 'HEAD' || verb === 'TRACE' || verb === 'CONNECT')) {
    notes |= NOTE.unexpectedBody;
  }
  return notes;
}

/** @returns bits of {@link NOTE} for bare CRs and control octets in the head */
function oddOctets(bytes: Uint8Array, start: number, end: number): number {
  let notes = 0;
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    if (octet >= SP ? octet !== DEL : octet === LF || octet === HTAB) continue;
    if (octet !== CR) notes |= NOTE.controlOctet;
    else if (bytes[at + 1] !== LF) notes |= NOTE.bareCr;
  }
  return notes;
}

/** Whether the target, in absolute form, names another host than the Host field (RFC 9112, section 3.2.2). */
export function namesOtherHost(bytes: Uint8Array, line: RequestLine, fields: FieldSection): boolean {
  if (fields.hostStart < 0) return false;
  const target = authorityOf(latin1(bytes, line.targetStart, line.targetEnd));
  return hostOf(target) !== hostOf(latin1(bytes, fields.hostStart, fields.hostEnd));
}

/** Default port and case do not matter. */
function hostOf(authority: string): string {
  return authority.toLowerCase().replace(/:(?:80|443)?$/, '');
}
