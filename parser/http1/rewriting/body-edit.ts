/**
 * A new body for a request, coded and framed as the old one was.
 *
 *   Content-Length    gets the new length; is added where the request had no body
 *   chunked           one chunk, without extensions, and the trailer section as it was
 *   Expect            is removed where nothing is left to send (RFC 9110, section 10.1.1); stays otherwise
 */
import { type BodyView, bodyCodings, undoable, viewBody } from '../view/body-view.ts';
import { readChunked } from '../view/chunked-view.ts';
import { readFields } from '../view/head-view.ts';
import { type HeaderField, headerValues } from '../view/header-field.ts';
import { keptBody, type ViewableMessage } from '../view/message-bytes.ts';
import { encodeCoding } from './content-encoder.ts';
import type { FieldEdit } from './field-edits.ts';
import type { RequestEdits } from './request-edits.ts';

export interface NewBody {
  /** As it goes over the wire. */
  readonly bytes: Uint8Array;
  readonly fieldEdits: readonly FieldEdit[];
}

const CRLF = Buffer.from('\r\n');

export class BodyEdit {
  readonly #body: Uint8Array | ((body: BodyView) => Uint8Array);
  readonly #keepsContentCodings: boolean;
  readonly #mayRemoveExpect: boolean;

  constructor(
    body: Uint8Array | ((body: BodyView) => Uint8Array),
    { setHeaders = [], removeHeaders = [] }: RequestEdits,
  ) {
    this.#body = body;
    const named = new Set([...setHeaders.map(([name]) => name), ...removeHeaders].map((name) => name.toLowerCase()));
    this.#keepsContentCodings = !named.has('content-encoding');
    this.#mayRemoveExpect = !named.has('expect');
  }

  /** @returns undefined where the body stays as it is, or has no end that could be told */
  apply(request: ViewableMessage): NewBody | undefined {
    const fields = readFields(request);
    const { transfer, content } = bodyCodings(fields);
    const isChunked = transfer[0] === 'chunked';
    if (transfer.length > 0 && !isChunked) return undefined;
    const plain = this.#newContent(request, fields);
    if (plain === undefined) return undefined;
    let bytes = plain;
    const kept = undoable([...transfer.slice(1), ...(this.#keepsContentCodings ? content : [])]);
    for (const coding of kept.toReversed()) bytes = encodeCoding(coding, bytes);
    if (isChunked) return { bytes: inOneChunk(bytes, request), fieldEdits: [] };
    const fieldEdits: FieldEdit[] = [];
    const lengths = headerValues(fields, 'content-length');
    const length = `${bytes.length}`;
    const isRight = lengths.length === 1 && lengths[0] === length;
    if (!isRight && (lengths.length > 0 || bytes.length > 0))
      fieldEdits.push({ name: 'Content-Length', value: length });
    if (bytes.length === 0 && this.#mayRemoveExpect) fieldEdits.push({ name: 'Expect', value: undefined });
    return { bytes, fieldEdits };
  }

  #newContent(request: ViewableMessage, fields: readonly HeaderField[]): Uint8Array | undefined {
    if (typeof this.#body !== 'function') return this.#body;
    const view = viewBody(request, {}, fields);
    const given = this.#body(view);
    return given === view.bytes || Buffer.compare(given, view.bytes) === 0 ? undefined : given;
  }
}

function inOneChunk(bytes: Uint8Array, request: ViewableMessage): Uint8Array {
  const body = keptBody(request);
  const { trailerStart, trailerEnd } = readChunked(body);
  const trailers = trailerEnd > trailerStart ? body.bytes.subarray(trailerStart, trailerEnd) : CRLF;
  const data = bytes.length === 0 ? [] : [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF];
  return Buffer.concat([...data, Buffer.from('0\r\n'), trailers]);
}
