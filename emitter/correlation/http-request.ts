/**
 * Learnt values put into an HTTP/1.x request: every octet that is not a recorded value stays.
 *
 *   GET /path?query HTTP/1.1     path, query
 *   Cookie: a=b                  cookie
 *   Name: value                  header; not the fields that frame the body, nor the marker
 *   body                         codings undone and applied again, its framing mended (parser's rewriting)
 */
import type { ByteCount } from '../../core/index.ts';
import { type BodyView, rewriteRequest } from '../../parser/index.ts';
import { type FoundValue, findValues } from './find-values.ts';
import { HeadMap } from './head-map.ts';
import type { LearntValue } from './learnt-value.ts';
import { headEnd, latin1Of } from './octets.ts';
import { type WrittenPlace, withValues } from './write-value.ts';

export interface Replaced {
  readonly bytes: Uint8Array;
  readonly found: readonly FoundValue[];
}

/** Longer bodies stay as they are. */
const MAX_BODY_BYTES: ByteCount = 4 * 1024 * 1024;
/** Without them a body is in the bytes as its reader will see it. */
const CODED = /\n(?:content|transfer)-encoding[ \t]*:/i;
const BINARY_TYPE = /protobuf|grpc|thrift|msgpack|octet-stream|avro|cbor/;
/** Control characters but white space. */
const BINARY_OCTETS = /[^\t-\r -\xff]/;

/** @returns undefined where none of the values is in it at a place where it may be replaced */
export function replaceInHttp(bytes: Uint8Array, values: readonly LearntValue[]): Replaced | undefined {
  const headByteCount = headEnd(bytes);
  const text = latin1Of(bytes);
  const head = text.slice(0, headByteCount);
  const present = values.filter(({ probe }) => text.includes(probe));
  const inHead = present.filter(({ probe }) => head.includes(probe));
  const body = bodyCandidates(text, headByteCount, values, present);
  const changed = body.length === 0 ? undefined : replaceInBody(bytes, headByteCount, body);
  if (inHead.length === 0) return changed;
  const sent = changed?.bytes ?? bytes;
  return replaceInHead(sent, changed === undefined ? head : latin1Of(sent.subarray(0, headEnd(sent))), inHead, changed);
}

function bodyCandidates(
  text: string,
  headByteCount: number,
  values: readonly LearntValue[],
  present: readonly LearntValue[],
): readonly LearntValue[] {
  const byteCount = text.length - headByteCount;
  if (byteCount === 0 || byteCount > MAX_BODY_BYTES) return [];
  const hidden = CODED.test(text.slice(0, headByteCount));
  return (hidden ? values : present).filter(({ rule }) => rule.in.has('body') && (!hidden || rule.decoded));
}

function replaceInHead(
  bytes: Uint8Array,
  head: string,
  values: readonly LearntValue[],
  changed: Replaced | undefined,
): Replaced | undefined {
  const map = new HeadMap(head);
  const found = findValues(head, values, ({ rule }, start, end) =>
    map.placesOf(start, end).every((place) => place !== undefined && rule.in.has(place)),
  );
  if (found.length === 0) return changed;
  const written = withValues(head, found, ({ start }) => map.writtenPlace(start));
  const out = Buffer.concat([Buffer.from(written, 'latin1'), bytes.subarray(head.length)]);
  return { bytes: out, found: changed === undefined ? found : [...changed.found, ...found] };
}

function replaceInBody(bytes: Uint8Array, headByteCount: number, values: readonly LearntValue[]): Replaced | undefined {
  let found: readonly FoundValue[] = [];
  const body = (view: BodyView): Uint8Array => {
    if (!view.complete || view.bytes.length > MAX_BODY_BYTES) return view.bytes;
    const text = latin1Of(view.bytes);
    const place = placeOfBody(view.mediaType, text);
    found = findValues(
      text,
      values,
      ({ recorded, replacement }) =>
        // Lengths within a binary body would not fit any more.
        place !== 'binary' || recorded.length === replacement.length,
    );
    if (found.length === 0) return view.bytes;
    const written = place === 'binary' ? 'raw' : place;
    return Buffer.from(
      withValues(text, found, () => written),
      'latin1',
    );
  };
  const parts = rewriteRequest({ parts: [bytes], headByteCount }, { body });
  return found.length === 0 ? undefined : { bytes: Buffer.concat(parts), found };
}

function placeOfBody(mediaType: string, text: string): WrittenPlace | 'binary' {
  if (mediaType === 'application/x-www-form-urlencoded') return 'form';
  if (mediaType.startsWith('multipart/')) return 'raw';
  if (BINARY_TYPE.test(mediaType) || BINARY_OCTETS.test(text)) return 'binary';
  return mediaType.includes('json') || /^\s*[[{]/.test(text) ? 'json' : 'raw';
}
