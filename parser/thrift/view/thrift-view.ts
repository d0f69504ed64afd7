/** A Thrift message for people: what it is wrapped in, its head, and its arguments or result as a tree of field ids. */
import { type Message, messageBytes } from '../../../core/index.ts';
import { MESSAGE_TYPE } from '../thrift-type.ts';
import { readBinaryStruct } from './binary-tree.ts';
import { readCompactStruct } from './compact-tree.ts';
import type { HeaderEntry } from './header-section.ts';
import { readJsonMessage } from './json-tree.ts';
import { type MessageHead, readMessageHead } from './message-head.ts';
import {
  type Frame,
  type MessageLayers,
  readMessageLayers,
  type ThriftEncoding,
  type ThriftTransport,
  transformName,
} from './message-layers.ts';
import { OctetCursor } from './octet-cursor.ts';
import { NO_FIELDS, type ThriftField, type ThriftStruct } from './thrift-value.ts';

export type ThriftKind = 'call' | 'reply' | 'exception' | 'oneway';

/** One key of THeader, TTHeader or MeshHeader. */
export interface ThriftHeader extends Pick<HeaderEntry, 'place' | 'name' | 'number' | 'value'> {
  /** Place of the value in the message's bytes. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** What a server answers when the call itself went wrong: `TApplicationException`. */
export interface ApplicationException {
  readonly message: string;
  readonly type: number;
  /** As in the Thrift sources, such as `UNKNOWN_METHOD`; the number where it has none. */
  readonly typeName: string;
}

export interface ThriftView {
  readonly transport: ThriftTransport;
  /** Undefined where it begins like no Thrift message. */
  readonly encoding: ThriftEncoding | undefined;
  readonly headers: readonly ThriftHeader[];
  /** Names of the transforms of the payload, in the order of the header. */
  readonly transforms: readonly string[];
  /** Of THeader and TTHeader, beside the message's own. */
  readonly headerSequenceId: number | undefined;
  /** Undefined for a message type that no version of Thrift has. */
  readonly kind: ThriftKind | undefined;
  /** Function; without the service in front of it. */
  readonly method: string;
  /** Service of a multiplexed call; empty where the name has none. */
  readonly service: string;
  readonly sequenceId: number;
  /** Arguments of a call; of a reply the result, as {@link ThriftView.result} tells; fields of an application exception. */
  readonly body: ThriftStruct;
  /** Of a reply: field 0 is what the function returned, another one an exception that it declares, none is void. */
  readonly result:
    | { readonly kind: 'success' | 'exception' | 'void'; readonly field: ThriftField | undefined }
    | undefined;
  readonly applicationException: ApplicationException | undefined;
  /** What kept the message from being read to its end; the tree holds what was read before. */
  readonly problems: readonly string[];
}

const KINDS: Readonly<Record<number, ThriftKind>> = {
  [MESSAGE_TYPE.call]: 'call',
  [MESSAGE_TYPE.reply]: 'reply',
  [MESSAGE_TYPE.exception]: 'exception',
  [MESSAGE_TYPE.oneway]: 'oneway',
};

/** Types of `TApplicationException`, by number. */
const EXCEPTION_TYPES = [
  'UNKNOWN',
  'UNKNOWN_METHOD',
  'INVALID_MESSAGE_TYPE',
  'WRONG_METHOD_NAME',
  'BAD_SEQUENCE_ID',
  'MISSING_RESULT',
  'INTERNAL_ERROR',
  'PROTOCOL_ERROR',
  'INVALID_TRANSFORM',
  'INVALID_PROTOCOL',
  'UNSUPPORTED_CLIENT_TYPE',
] as const;

/** @param message of a Thrift exchange, in any encoding and transport; where bytes are missing, it is read up to there */
export function viewThrift(message: Message): ThriftView {
  const missingFrom = message.missing[0]?.offset;
  const bytes = messageBytes(message);
  const view = viewThriftBody(missingFrom === undefined ? bytes : bytes.subarray(0, missingFrom));
  if (missingFrom !== undefined) return { ...view, problems: [...view.problems, 'bytes-missing'] };
  return message.truncated ? { ...view, problems: [...view.problems, 'truncated'] } : view;
}

/** The same for a message that came in something else, such as an HTTP body without its content coding. */
export function viewThriftBody(bytes: Uint8Array): ThriftView {
  const layers = readMessageLayers(bytes);
  const problems = layers.problem === '' ? [] : [layers.problem];
  if (isCutOff(layers.frame, bytes) || isCutOff(layers.innerFrame, bytes)) problems.push('frame-cut-off');
  if (layers.encoding === undefined) return viewOf(layers, undefined, NO_FIELDS, problems);
  if (layers.encoding === 'json') {
    const message = readJsonMessage(layers.payload);
    if (message === undefined) return viewOf(layers, undefined, NO_FIELDS, [...problems, 'not-json']);
    if (message.problem !== '') problems.push(message.problem);
    return viewOf(layers, message, message.body, problems);
  }
  const cursor = new OctetCursor(layers.payload);
  const head = readMessageHead(cursor, layers.encoding);
  const readStruct = layers.encoding === 'compact' ? readCompactStruct : readBinaryStruct;
  const body = head === undefined ? NO_FIELDS : readStruct(cursor);
  if (cursor.failed) problems.push(cursor.problem);
  else if (cursor.left > 0) problems.push('bytes-behind-message');
  return viewOf(layers, head, body, problems);
}

/** Content types of HTTP bodies that are Thrift messages. */
export function isThriftContentType(contentType: string): boolean {
  return /^\s*application\/(x-thrift|vnd\.apache\.thrift\.(binary|compact|json))\s*(;|$)/i.test(contentType);
}

function viewOf(
  layers: MessageLayers,
  head: Pick<MessageHead, 'kind' | 'name' | 'sequenceId'> | undefined,
  body: ThriftStruct,
  problems: readonly string[],
): ThriftView {
  const { header } = layers;
  const name = head?.name ?? '';
  const colon = name.indexOf(':');
  const kind = KINDS[head?.kind ?? 0];
  return {
    transport: layers.transport,
    encoding: layers.encoding,
    headers: (header?.blocks ?? []).flatMap((block) => block.entries.map(headerOf)),
    transforms: (header?.transforms ?? []).map(transformName),
    headerSequenceId: header?.sequenceId,
    kind,
    method: colon < 0 ? name : name.slice(colon + 1),
    service: colon < 0 ? '' : name.slice(0, colon),
    sequenceId: head?.sequenceId ?? 0,
    body,
    result: kind === 'reply' ? resultOf(body) : undefined,
    applicationException: kind === 'exception' ? exceptionOf(body) : undefined,
    problems: head !== undefined && kind === undefined ? [...problems, 'unknown-message-type'] : problems,
  };
}

function isCutOff(frame: Frame | undefined, bytes: Uint8Array): boolean {
  return frame !== undefined && frame.lengthAt + frame.lengthBytes + frame.declared > bytes.length;
}

function headerOf({ place, name, number, value, valueStart, end }: HeaderEntry): ThriftHeader {
  return { place, name, number, value, valueStart, valueEnd: end };
}

function resultOf(body: ThriftStruct): NonNullable<ThriftView['result']> {
  const [field] = body.fields;
  if (field === undefined) return { kind: 'void', field };
  return { kind: field.id === 0 ? 'success' : 'exception', field };
}

function exceptionOf(body: ThriftStruct): ApplicationException {
  let message = '';
  let type = 0;
  for (const { id, value } of body.fields) {
    if (id === 1 && value.type === 'string') message = value.text ?? '';
    if (id === 2 && value.type === 'i32') type = value.value;
  }
  return { message, type, typeName: EXCEPTION_TYPES[type] ?? String(type) };
}
