/**
 * The head of a message as a value: start line, fields, trailers. Computed from the bytes whenever it is asked for.
 *
 *   GET /items?id=1 HTTP/1.1      verb, target, version
 *   HTTP/1.1 200 OK               version, status, reason
 */
import { latin1 } from '../../latin1.ts';
import { RequestLine } from '../request-line.ts';
import { StatusLine } from '../status-line.ts';
import { readChunked } from './chunked-view.ts';
import { type HeaderField, listMembers, readHeaderFields } from './header-field.ts';
import { keptBody, keptBytes, keptHeadByteCount, type ViewableMessage } from './message-bytes.ts';

const CR = 0x0d;
const LF = 0x0a;

interface FieldLists {
  /** In the order of the wire; folded values in one line. */
  readonly fields: readonly HeaderField[];
  /** Behind a chunked body; empty where there are none, or they were not reached. */
  readonly trailers: readonly HeaderField[];
}

export interface RequestHead extends FieldLists {
  readonly kind: 'request';
  readonly verb: string;
  /** The request-target as sent, query included. */
  readonly target: string;
  /** `1.1`; `0.9` for a line without version. */
  readonly version: string;
}

export interface ResponseHead extends FieldLists {
  readonly kind: 'response';
  readonly version: string;
  readonly status: number;
  /** Empty where there is none. */
  readonly reason: string;
}

/** An HTTP/0.9 answer, or bytes without a start line. */
export interface NoHead extends FieldLists {
  readonly kind: 'none';
}

export type HeadView = RequestHead | ResponseHead | NoHead;

const requestLine = new RequestLine();
const statusLine = new StatusLine();

/** The head of a request or response; texts are the octets as latin1. Never throws, whatever the bytes. */
export function parseHead(message: ViewableMessage): HeadView {
  const bytes = keptBytes(message);
  const end = Math.min(keptHeadByteCount(message), bytes.length);
  const lineEnd = bytes.subarray(0, end).indexOf(LF);
  if (lineEnd < 0) return { kind: 'none', fields: [], trailers: [] };
  const fields = readHeaderFields(bytes, lineEnd + 1, end);
  const trailers = trailersOf(message, fields);
  // Written out: objects put together with spreads cost several times as much.
  if (statusLine.read(bytes, 0, end) >= 0) {
    const text = latin1(bytes, 0, bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd);
    const reason = /^\S+\s+\d+\s?(.*)$/.exec(text)?.[1] ?? '';
    const { status, version } = statusLine;
    return { kind: 'response', version: versionText(version), status, reason, fields, trailers };
  }
  if (requestLine.read(bytes, 0, end) >= 0) {
    const { verb, targetStart, targetEnd, version } = requestLine;
    const target = latin1(bytes, targetStart, targetEnd);
    return { kind: 'request', verb, target, version: versionText(version), fields, trailers };
  }
  return { kind: 'none', fields, trailers };
}

/** The header fields alone, for who needs no more: cheaper than the whole head. */
export function readFields(message: ViewableMessage): readonly HeaderField[] {
  const bytes = keptBytes(message);
  const end = Math.min(keptHeadByteCount(message), bytes.length);
  const lineEnd = bytes.subarray(0, end).indexOf(LF);
  return lineEnd < 0 ? [] : readHeaderFields(bytes, lineEnd + 1, end);
}

/** From major * 10 + minor. */
function versionText(version: number): string {
  return `${Math.floor(version / 10)}.${version % 10}`;
}

function trailersOf(message: ViewableMessage, fields: readonly HeaderField[]): readonly HeaderField[] {
  if (!listMembers(fields, 'transfer-encoding').includes('chunked')) return [];
  const body = keptBody(message);
  const { trailerStart, trailerEnd } = readChunked(body);
  return readHeaderFields(body.bytes, trailerStart, trailerEnd);
}
