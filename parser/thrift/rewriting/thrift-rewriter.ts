/**
 * Changes a stored Thrift message and leaves every other octet as it is: the lengths around a change (frames, sizes of
 * headers) are mended, nothing else knows lengths. A payload that a header compresses is compressed anew when something
 * in it changes.
 */
import { deflateSync } from 'node:zlib';
import { type Message, messageBytes } from '../../../core/index.ts';
import { readBinaryStruct } from '../view/binary-tree.ts';
import { readCompactStruct } from '../view/compact-tree.ts';
import { type MessageHead, readMessageHead } from '../view/message-head.ts';
import { type Frame, type MessageLayers, readMessageLayers } from '../view/message-layers.ts';
import { OctetCursor } from '../view/octet-cursor.ts';
import type { ThriftValue } from '../view/thrift-value.ts';
import { scalarSplices, type ThriftScalar } from './encode-scalar.ts';
import { type HeaderEdits, headerSplices } from './header-splices.ts';
import { i32Octets, varintOctets } from './octets.ts';
import { applySplices, growthOf, type Splice } from './splice.ts';

export interface FieldEdit {
  /**
   * Field ids from the arguments (or the result) down; in a list or set the index of an element, in a map twice that of an
   * entry for its key and one more for its value.
   */
  readonly path: readonly number[];
  /** In the type that is on the wire: text or octets, integers in their range, a bool, a double. */
  readonly value: ThriftScalar;
}

export interface ThriftEdits extends HeaderEdits {
  /** 32 bits, of the message and of the header in front of it. */
  readonly sequenceId?: number;
  /** Of a multiplexed call; empty takes it away. The integer key `ToMethod` of TTHeader is a header like others. */
  readonly service?: string;
  readonly method?: string;
  readonly setFields?: readonly FieldEdit[];
}

/** Why a message cannot be changed that way. */
export type ThriftRewriteProblem =
  | 'not-whole'
  | 'not-thrift'
  | 'json-encoding'
  | 'payload-not-read'
  | 'no-headers'
  | 'header-not-read'
  | 'no-such-integer-key'
  | 'header-too-long'
  | 'no-such-field'
  | 'value-does-not-fit'
  | 'frame-too-long';

export type RewrittenThrift =
  | { readonly parts: readonly Uint8Array[]; readonly problem?: never }
  | { readonly problem: ThriftRewriteProblem; readonly parts?: never };

type Splices = readonly Splice[] | ThriftRewriteProblem;

/** @returns the bytes to send; the message's own parts where nothing changes */
export function rewriteThrift(
  message: Pick<Message, 'parts' | 'complete' | 'truncated'>,
  edits: ThriftEdits,
): RewrittenThrift {
  if (!message.complete || message.truncated) return { problem: 'not-whole' };
  const bytes = messageBytes(message as Message);
  const layers = readMessageLayers(bytes);
  if (layers.problem === 'not-thrift' && layers.header === undefined) return { problem: 'not-thrift' };
  if (!fills(layers.frame, bytes) || !fills(layers.innerFrame, bytes)) return { problem: 'not-whole' };
  const payload = payloadSplices(layers, edits);
  if (typeof payload === 'string') return { problem: payload };
  const header = sectionSplices(layers, edits);
  if (typeof header === 'string') return { problem: header };
  if (payload.length + header.length === 0) return { parts: message.parts };
  const splices = [...header, ...sentPayload(bytes, layers, payload)];
  const { innerFrame, frame } = layers;
  if (innerFrame !== undefined) {
    const grown = growthOf(splices.filter(({ start }) => start >= layers.payloadAt));
    if (!mendFrame(innerFrame, grown, splices)) return { problem: 'frame-too-long' };
  }
  if (frame !== undefined && !mendFrame(frame, growthOf(splices), splices)) return { problem: 'frame-too-long' };
  return { parts: [applySplices(bytes, splices)] };
}

/** A frame that ends elsewhere than its message has a length that lies. */
function fills(frame: Frame | undefined, bytes: Uint8Array): boolean {
  return frame === undefined || frame.lengthAt + frame.lengthBytes + frame.declared === bytes.length;
}

function sectionSplices({ header }: MessageLayers, edits: ThriftEdits): Splices {
  const isEdited = (edits.setHeaders ?? []).length + (edits.removeHeaders ?? []).length > 0;
  const sequence: Splice[] = [];
  const known = header?.sequenceId;
  if (
    header?.problem === '' &&
    known !== undefined &&
    edits.sequenceId !== undefined &&
    known !== (edits.sequenceId | 0)
  ) {
    const octets = i32Octets(edits.sequenceId);
    // Flags, sequence id and size stand in front of what the size counts.
    sequence.push({ start: header.start - 6, end: header.start - 2, octets });
  }
  if (!isEdited) return sequence;
  if (header === undefined) return 'no-headers';
  if (header.problem !== '') return 'header-not-read';
  const splices = headerSplices(header, edits);
  return typeof splices === 'string' ? (splices as ThriftRewriteProblem) : [...sequence, ...splices];
}

/** Places count in the payload, transforms undone. */
function payloadSplices({ payload, encoding, problem }: MessageLayers, edits: ThriftEdits): Splices {
  const { sequenceId, service, method, setFields = [] } = edits;
  if (sequenceId === undefined && service === undefined && method === undefined && setFields.length === 0) return [];
  if (problem !== '' || encoding === undefined) return problem === 'not-thrift' ? 'not-thrift' : 'payload-not-read';
  if (encoding === 'json') return 'json-encoding';
  const cursor = new OctetCursor(payload);
  const head = readMessageHead(cursor, encoding);
  if (head === undefined) return 'not-thrift';
  const compact = encoding === 'compact';
  const splices = [...sequenceSplices(head, sequenceId, compact), ...nameSplices(head, service, method, compact)];
  if (setFields.length === 0) return splices;
  const body = compact ? readCompactStruct(cursor) : readBinaryStruct(cursor);
  const form = { compact, littleEndianDoubles: cursor.littleEndianDoubles };
  // By place, so that the last edit of a value counts.
  const fields = new Map<number, readonly Splice[]>();
  for (const { path, value } of setFields) {
    const found = valueAt(body, path);
    if (found === undefined) return 'no-such-field';
    const own = scalarSplices(payload, found.value, value, form, found.inField);
    if (own === undefined) return 'value-does-not-fit';
    fields.set(found.value.start, own);
  }
  return [...splices, ...[...fields.values()].flat()];
}

function sequenceSplices(head: MessageHead, sequenceId: number | undefined, compact: boolean): Splice[] {
  if (sequenceId === undefined || head.sequenceId === (sequenceId | 0)) return [];
  const octets = compact ? varintOctets(sequenceId >>> 0) : i32Octets(sequenceId);
  return [{ start: head.sequenceAt, end: head.sequenceEnd, octets }];
}

function nameSplices(
  head: MessageHead,
  service: string | undefined,
  method: string | undefined,
  compact: boolean,
): Splice[] {
  const colon = head.name.indexOf(':');
  const newService = service ?? head.name.slice(0, Math.max(colon, 0));
  const newMethod = method ?? head.name.slice(colon + 1);
  const name = newService === '' ? newMethod : `${newService}:${newMethod}`;
  if (name === head.name) return [];
  const text = Buffer.from(name);
  const length = compact ? varintOctets(text.length) : i32Octets(text.length);
  return [{ start: head.nameAt, end: head.nameEnd, octets: Buffer.concat([length, text]) }];
}

function valueAt(root: ThriftValue, path: readonly number[]): { value: ThriftValue; inField: boolean } | undefined {
  let value: ThriftValue | undefined = root;
  let inField = false;
  for (const step of path) {
    inField = value.type === 'struct';
    if (value.type === 'struct') value = value.fields.find(({ id }) => id === step)?.value;
    else if (value.type === 'list' || value.type === 'set') value = value.elements[step];
    else if (value.type === 'map') value = value.entries[step >> 1]?.[(step & 1) as 0 | 1];
    else return undefined;
    if (value === undefined) return undefined;
  }
  return { value, inField };
}

/** The payload's splices where it stands in the message, or the whole of it compressed again. */
function sentPayload(bytes: Uint8Array, layers: MessageLayers, splices: readonly Splice[]): readonly Splice[] {
  const { header, payload, payloadAt } = layers;
  const transforms = header?.transforms ?? [];
  if (splices.length === 0) return [];
  if (transforms.length === 0) {
    return splices.map(({ start, end, octets }) => ({ start: payloadAt + start, end: payloadAt + end, octets }));
  }
  // Only zlib can be undone (see ../view/message-layers.ts), so only it can have to be done again.
  const octets = transforms.reduce<Uint8Array>((sent) => deflateSync(sent), applySplices(payload, splices));
  return [{ start: payloadAt, end: bytes.length, octets }];
}

/** @returns false where the length does not hold the growth */
function mendFrame({ lengthAt, lengthBytes, declared }: Frame, growth: number, splices: Splice[]): boolean {
  if (growth === 0) return true;
  const length = declared + growth;
  if (lengthBytes === 4 && length > 0x7fffffff) return false;
  const octets = Buffer.alloc(lengthBytes === 4 ? 4 : 8);
  if (lengthBytes === 4) octets.writeUInt32BE(length);
  else octets.writeBigUInt64BE(BigInt(length));
  const end = lengthAt + lengthBytes;
  splices.push({ start: end - octets.length, end, octets });
  return true;
}
