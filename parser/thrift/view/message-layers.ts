/**
 * What a Thrift message is wrapped in, told by its own octets.
 *
 *     80 01 … | 82 vt … | old binary     unframed
 *     length (4), one of these           framed
 *     length (4), 0F FF …                THeader; transforms change the payload
 *     length (4), 10 00 …                TTHeader; its payload may be framed once more
 *     FF AF …                            MeshHeader; what follows is framed or not
 *
 * The length 42 49 47 46 ("BIGF") of THeader is followed by the true length in 8 octets.
 */
import { inflateSync } from 'node:zlib';
import type { ByteCount } from '../../../core/index.ts';
import {
  type HeaderKind,
  type HeaderSection,
  MESH_MAGIC,
  readHeaderSection,
  THEADER_MAGIC,
  TTHEADER_MAGIC,
} from './header-section.ts';

/** `-framed` where the payload has a frame of its own. */
export type ThriftTransport = 'unframed' | 'framed' | HeaderKind | 'ttheader-framed' | 'mesh-framed';
export type ThriftEncoding = 'binary' | 'binary-old' | 'compact' | 'json';

/** A frame: where its length stands, and what that counts. */
export interface Frame {
  readonly lengthAt: number;
  /** 4, or 12 for a big one. */
  readonly lengthBytes: ByteCount;
  readonly declared: ByteCount;
}

export interface Wrapping {
  readonly transport: ThriftTransport;
  /** Around the header and the payload. */
  readonly frame: Frame | undefined;
  readonly header: HeaderSection | undefined;
  /** Around the payload, within TTHeader or behind MeshHeader. */
  readonly innerFrame: Frame | undefined;
  /** Position of the payload as captured; beyond the bytes where they were cut off. */
  readonly payloadAt: number;
  readonly payloadEnd: number;
}

export interface MessageLayers extends Omit<Wrapping, 'payloadEnd'> {
  /** Transforms undone. */
  readonly payload: Uint8Array;
  readonly encoding: ThriftEncoding | undefined;
  readonly problem: string;
}

const NO_TRANSFORMS: readonly number[] = Object.freeze([]);
const BIG_FRAME = 0x42494746;
const TRANSFORM_NAMES: Readonly<Record<number, string>> = { 1: 'zlib', 2: 'hmac', 3: 'snappy', 4: 'qlz', 5: 'zstd' };
const ZLIB = 1;

/** Largest payload made of a compressed one; servers take frames up to 16 MB by default. */
const MAX_INFLATED_BYTES: ByteCount = 64 * 1024 * 1024;

export function transformName(id: number): string {
  return TRANSFORM_NAMES[id] ?? String(id);
}

export function readMessageLayers(bytes: Uint8Array): MessageLayers {
  const wrapping = readWrapping(bytes);
  const { transport, frame, header, innerFrame, payloadAt, payloadEnd } = wrapping;
  const sent = bytes.subarray(Math.min(payloadAt, payloadEnd), payloadEnd);
  const undone = undoTransforms(sent, header?.transforms ?? NO_TRANSFORMS);
  const payload = typeof undone === 'string' ? sent : undone;
  const headerProblem = typeof undone === 'string' ? undone : (header?.problem ?? '');
  const encoding = encodingOf(payload, 0);
  const problem = headerProblem === '' && encoding === undefined ? unreadable(header, payload) : headerProblem;
  return { transport, frame, header, innerFrame, payloadAt, payload, encoding, problem };
}

/** Where the layers lie, with the payload as it was sent: a few octets are looked at, and the header. */
export function readWrapping(bytes: Uint8Array): Wrapping {
  if (u16At(bytes, 0) === MESH_MAGIC) return headed(bytes, undefined, 0, 'mesh');
  if (encodingOf(bytes, 0) !== undefined && !isFrame(bytes, 0)) return bare(bytes, 'unframed', undefined);
  const frame = frameAt(bytes, 0);
  if (frame === undefined) return bare(bytes, 'unframed', undefined);
  const magic = u16At(bytes, frame.lengthBytes);
  if (magic === THEADER_MAGIC) return headed(bytes, frame, frame.lengthBytes, 'theader');
  if (magic === TTHEADER_MAGIC) return headed(bytes, frame, frame.lengthBytes, 'ttheader');
  return bare(bytes, 'framed', frame);
}

function bare(bytes: Uint8Array, transport: 'unframed' | 'framed', frame: Frame | undefined): Wrapping {
  const payloadAt = frame === undefined ? 0 : frame.lengthBytes;
  return {
    transport,
    frame,
    header: undefined,
    innerFrame: undefined,
    payloadAt,
    payloadEnd: endOf(bytes, frame),
  };
}

function headed(bytes: Uint8Array, frame: Frame | undefined, magicAt: number, kind: HeaderKind): Wrapping {
  const header = readHeaderSection(bytes, magicAt, kind);
  const end = endOf(bytes, frame);
  const innerFrame = kind !== 'theader' && isFrame(bytes, header.end) ? frameAt(bytes, header.end) : undefined;
  const payloadAt = header.end + (innerFrame === undefined ? 0 : innerFrame.lengthBytes);
  const payloadEnd = innerFrame === undefined ? end : Math.min(end, payloadAt + innerFrame.declared);
  const transport = innerFrame === undefined || kind === 'theader' ? kind : (`${kind}-framed` as const);
  return { transport, frame, header, innerFrame, payloadAt, payloadEnd };
}

/** A header alone is a heartbeat. */
function unreadable(header: HeaderSection | undefined, payload: Uint8Array): string {
  return header !== undefined && payload.length === 0 ? 'no-payload' : 'not-thrift';
}

/** @returns the payload, or why it cannot be read */
function undoTransforms(sent: Uint8Array, transforms: readonly number[]): Uint8Array | string {
  let payload = sent;
  for (const transform of transforms.toReversed()) {
    if (transform !== ZLIB) return `transform-${transformName(transform)}-not-read`;
    try {
      payload = inflateSync(payload, { maxOutputLength: MAX_INFLATED_BYTES });
    } catch {
      return 'transform-zlib-broken';
    }
  }
  return payload;
}

/** Undefined where it begins like none. */
export function encodingOf(bytes: Uint8Array, at: number): ThriftEncoding | undefined {
  if (u16At(bytes, at) === 0x8001) return 'binary';
  const second = bytes[at + 1] ?? 0;
  if (bytes[at] === 0x82 && ((second & 0x1f) === 1 || (second & 0x1f) === 2)) return 'compact';
  if (bytes[at] === 0x5b) return 'json';
  const nameBytes = u32At(bytes, at);
  if (nameBytes === undefined || nameBytes === 0 || nameBytes > bytes.length - at - 9) return undefined;
  const type = bytes[at + 4 + nameBytes] as number;
  return type >= 1 && type <= 4 && isName(bytes, at + 4, at + 4 + nameBytes) ? 'binary-old' : undefined;
}

/** A length with a message or a header of messages behind it. */
function isFrame(bytes: Uint8Array, at: number): boolean {
  const frame = frameAt(bytes, at);
  if (frame === undefined) return false;
  const inside = at + frame.lengthBytes;
  const magic = u16At(bytes, inside);
  return magic === THEADER_MAGIC || magic === TTHEADER_MAGIC || encodingOf(bytes, inside) !== undefined;
}

function frameAt(bytes: Uint8Array, lengthAt: number): Frame | undefined {
  const length = u32At(bytes, lengthAt);
  if (length === undefined || length >= 0x80000000) return undefined;
  if (length !== BIG_FRAME) return { lengthAt, lengthBytes: 4, declared: length };
  const high = u32At(bytes, lengthAt + 4);
  const low = u32At(bytes, lengthAt + 8);
  if (high === undefined || low === undefined || high >= 2 ** 20) return undefined;
  return { lengthAt, lengthBytes: 12, declared: high * 2 ** 32 + low };
}

function endOf(bytes: Uint8Array, frame: Frame | undefined): number {
  return frame === undefined
    ? bytes.length
    : Math.min(bytes.length, frame.lengthAt + frame.lengthBytes + frame.declared);
}

/** Function names, with a service in front of them or not; anything printable is taken. */
function isName(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    if (octet < 0x20 || octet === 0x7f) return false;
  }
  return true;
}

function u16At(bytes: Uint8Array, at: number): number | undefined {
  return at + 2 > bytes.length ? undefined : ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function u32At(bytes: Uint8Array, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined;
  return (u16At(bytes, at) as number) * 65536 + (u16At(bytes, at + 2) as number);
}
