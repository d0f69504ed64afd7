/**
 * One HTTP message with its values masked and all that hangs on them mended: the framing, `Content-Length`, content codings.
 * A chunked body becomes one chunk, a compressed one is compressed again; a body without a hit keeps every octet.
 */
import { type Message, messageBytes } from '../../core/index.ts';
import { BodyEdit } from '../http1/rewriting/body-edit.ts';
import { viewBody } from '../http1/view/body-view.ts';
import { readChunked } from '../http1/view/chunked-view.ts';
import { readFields } from '../http1/view/head-view.ts';
import { headerValues } from '../http1/view/header-field.ts';
import { keptBody } from '../http1/view/message-bytes.ts';
import { latin1 } from '../latin1.ts';
import type { ThriftNames } from '../thrift/idl/thrift-names.ts';
import { maskBody } from './body-mask.ts';
import { fieldEdits, fieldsOf, type HeadEdit, headEdits, withEdits } from './head-mask.ts';
import type { MaskRun } from './mask-run.ts';

/** A message as octets again. */
export interface MaskedBytes {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** Stretches of the old message that are others now; what lies between them has only moved. */
  readonly changes: readonly Change[];
}

export interface Change {
  readonly start: number;
  readonly end: number;
  readonly byteCount: number;
}

export interface HttpMaskOptions {
  readonly side: 'request' | 'response';
  readonly readsBody: boolean;
  readonly idl: ThriftNames | undefined;
}

/** @returns undefined where nothing changes, `unparsable` where it cannot be told what is in it */
export function maskHttp(
  message: Message,
  { side, readsBody, idl }: HttpMaskOptions,
  run: MaskRun,
): MaskedBytes | 'unparsable' | undefined {
  const { headByteCount, complete, truncated, missing } = message;
  const bytes = messageBytes(message);
  const isWhole = complete && !truncated && missing.length === 0;
  const isHeadWhole = headByteCount <= bytes.length && missing.every(({ offset }) => offset >= headByteCount);
  // Where no rule is about bodies the head alone matters; what stands behind the data of a chunked one is head too.
  if (!isWhole && (readsBody || !isHeadWhole || isChunked(message))) return 'unparsable';
  const edits = headEdits(bytes, headByteCount, side, run);
  if (edits === undefined) return 'unparsable';
  const body = bytes.subarray(headByteCount);
  const newBody = isWhole ? maskedBody(message, body, readsBody, idl, run) : body;
  if (newBody === undefined) return 'unparsable';
  if (edits.length === 0 && newBody === body) return undefined;
  const head = latin1(bytes, 0, headByteCount);
  const all = newBody === body ? edits : inOrder([...edits, ...lengthEdits(head, message, newBody.length)]);
  return {
    head: Buffer.from(withEdits(head, all), 'latin1'),
    body: newBody,
    changes: [
      ...all.map(({ start, end, octets }) => ({ start, end, byteCount: octets.length })),
      ...(newBody === body ? [] : [{ start: headByteCount, end: bytes.length, byteCount: newBody.length }]),
    ],
  };
}

/** @returns the same octets where nothing changes; undefined where they cannot be read */
function maskedBody(
  message: Message,
  body: Uint8Array,
  readsBody: boolean,
  idl: ThriftNames | undefined,
  run: MaskRun,
): Uint8Array | undefined {
  if (body.length === 0) return body;
  const sent = withTrailers(message, body, run);
  if (sent === undefined || !readsBody) return sent;
  const fields = readFields(message);
  const view = viewBody(message, {}, fields);
  if (!view.complete) return undefined;
  const data = maskBody(view, headerValues(fields, 'content-type').at(-1) ?? '', idl, run);
  if (data === undefined || data === view.bytes) return data === undefined ? undefined : sent;
  const head = messageBytes(message).subarray(0, message.headByteCount);
  return new BodyEdit(data, {}).apply({ headByteCount: head.length, parts: [Buffer.concat([head, sent])] })?.bytes;
}

function withTrailers(message: Message, body: Uint8Array, run: MaskRun): Uint8Array | undefined {
  if (!isChunked(message)) return body;
  const { trailerStart, trailerEnd } = readChunked(keptBody(message));
  if (trailerEnd <= trailerStart) return body;
  const trailers = latin1(body, trailerStart, trailerEnd);
  const edits: HeadEdit[] = [];
  if (!fieldEdits(trailers, 0, run, edits)) return undefined;
  if (edits.length === 0) return body;
  return Buffer.concat([
    body.subarray(0, trailerStart),
    Buffer.from(withEdits(trailers, edits), 'latin1'),
    body.subarray(trailerEnd),
  ]);
}

function isChunked(message: Message): boolean {
  return headerValues(readFields(message), 'transfer-encoding').some((value) => /chunked/i.test(value));
}

/** A length that is there is mended; none is added, for an answer may end with its connection. */
function lengthEdits(head: string, message: Message, byteCount: number): readonly HeadEdit[] {
  if (isChunked(message)) return [];
  return (fieldsOf(head, head.indexOf('\n') + 1) ?? [])
    .filter(({ name }) => name === 'content-length')
    .map(({ valueStart, valueEnd }) => ({ start: valueStart, end: valueEnd, octets: `${byteCount}` }));
}

function inOrder(edits: HeadEdit[]): readonly HeadEdit[] {
  return edits.sort((one, other) => one.start - other.start);
}
