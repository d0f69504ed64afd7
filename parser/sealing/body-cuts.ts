/**
 * Secrets in an HTTP body, by what it is declared to be: JSON, a form, Thrift. Chunked data is looked at in one piece and cut
 * where it lies on the wire; of a compressed body all data is taken out where it holds a secret, because nothing in it can
 * be cut at equal length.
 *
 *     5 CRLF {"pas CRLF b CRLF sword":"ab" CRLF …         cut: only the octets of the value, in each chunk
 */

import { viewBody } from '../http1/view/body-view.ts';
import { readChunked } from '../http1/view/chunked-view.ts';
import { keptBody, type ViewableMessage } from '../http1/view/message-bytes.ts';
import { latin1 } from '../latin1.ts';
import { isThriftContentType } from '../thrift/view/thrift-view.ts';
import { type Cut, FILLER, inOrder } from './cut.ts';
import { formCuts, formPartCuts } from './form-cuts.ts';
import { type DeclaredBody, fieldCuts } from './head-cuts.ts';
import { jsonCuts } from './json-cuts.ts';
import type { SecretNames } from './secret-names.ts';
import type { ThriftSecrets } from './thrift-cuts.ts';
import { urlCuts } from './url-cuts.ts';

/** Of a compressed body so much is looked at: servers' own limits are lower. */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;

const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;

/** A run of data within the bytes that cuts count. */
interface Piece {
  readonly start: number;
  readonly byteCount: number;
}

export interface BodyRules {
  readonly names: SecretNames;
  readonly thrift: ThriftSecrets;
}

/** Whether such a body is looked into. */
export function hasFields({ contentType }: DeclaredBody): boolean {
  return (
    contentType === '' ||
    contentType.includes('json') ||
    contentType.startsWith('application/x-www-form-urlencoded') ||
    contentType.startsWith('multipart/form-data') ||
    contentType.startsWith('text/plain') ||
    isThriftContentType(contentType)
  );
}

/** @param bodyAt where the body begins in the bytes that cuts count */
export function bodyCuts(
  message: ViewableMessage,
  bodyAt: number,
  declared: DeclaredBody,
  { names, thrift }: BodyRules,
  cuts: Cut[],
): void {
  const body = keptBody(message);
  if (body.bytes.length === 0) return;
  const pieces: Piece[] = [];
  let data = body.bytes;
  if (declared.transferCoding) {
    const chunked = readChunked(body, (at, byteCount) => pieces.push({ start: bodyAt + at, byteCount }));
    data = chunked.data;
    const { trailerStart, trailerEnd } = chunked;
    if (trailerEnd > trailerStart) {
      const trailers = latin1(body.bytes, trailerStart, trailerEnd);
      fieldCuts(trailers, bodyAt + trailerStart, names, cuts, { ...declared });
    }
  }
  if (pieces.length === 0) pieces.push({ start: bodyAt, byteCount: body.bytes.length });
  if (!hasFields(declared)) return;
  if (declared.contentCoding) {
    const decoded = viewBody(message, { maxBytes: MAX_INFLATED_BYTES });
    // Not decoded at all, it is looked at as it is.
    if (decoded.codings.some((coding) => coding !== 'chunked')) {
      if (dataCuts(decoded.bytes, declared, names, thrift).length > 0) {
        for (const { start, byteCount } of pieces) cuts.push({ start, end: start + byteCount, filler: FILLER });
      }
      return;
    }
  }
  spread(inOrder(dataCuts(data, declared, names, thrift)), pieces, cuts);
}

/** Counted from the first octet of the data. */
function dataCuts(data: Uint8Array, { contentType }: DeclaredBody, names: SecretNames, thrift: ThriftSecrets): Cut[] {
  const cuts: Cut[] = [];
  if (isThriftContentType(contentType)) {
    cuts.push(...thrift.cuts(data));
    return cuts;
  }
  const text = latin1(data, 0, data.length);
  if (contentType.startsWith('application/x-www-form-urlencoded')) formCuts(text, 0, names, cuts);
  else if (contentType.startsWith('multipart/form-data')) formPartCuts(text, 0, names, cuts);
  else if (contentType.includes('json') || beginsLikeJson(data)) {
    jsonCuts(text, 0, names, cuts);
    urlCuts(text, 0, names, cuts);
  }
  return cuts;
}

function beginsLikeJson(data: Uint8Array): boolean {
  let at = 0;
  while (at < data.length && (data[at] as number) <= 0x20) at++;
  return data[at] === OPEN_OBJECT || data[at] === OPEN_LIST;
}

/** Cuts in joined data to where its pieces lie. Both are in order. */
function spread(found: readonly Cut[], pieces: readonly Piece[], cuts: Cut[]): void {
  let before = 0;
  let next = 0;
  for (const { start: pieceAt, byteCount } of pieces) {
    const end = before + byteCount;
    for (let i = next; i < found.length; i++) {
      const cut = found[i] as Cut;
      if (cut.start >= end) break;
      const from = Math.max(cut.start, before);
      const until = Math.min(cut.end, end);
      if (until > from) cuts.push({ ...cut, start: pieceAt + from - before, end: pieceAt + until - before });
      if (cut.end <= end) next = i + 1;
    }
    before = end;
  }
}
