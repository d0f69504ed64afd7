/**
 * Learnt values put into an HTTP/1.x request: every octet that is not a recorded value stays.
 *
 *   GET /path?query HTTP/1.1     path, query
 *   Cookie: a=b                  cookie
 *   Name: value                  header; not the fields that frame the body, nor the marker
 *   body                         codings undone and applied again, its framing mended (parser's rewriting)
 */
import { type BodyReplacer, MAX_BODY_BYTES } from './body-replacer.ts';
import { findValues, type Replaced } from './find-values.ts';
import { HeadMap } from './head-map.ts';
import type { LearntValue } from './learnt-value.ts';
import { headEnd, latin1Of } from './octets.ts';
import { withValues } from './write-value.ts';

/** Without them a body is in the bytes as its reader will see it. */
const CODED = /\n(?:content|transfer)-encoding[ \t]*:/i;
/** What stands behind a head without them is no body (RFC 9112, section 6.3). */
const FRAMED = /\n(?:content-length|transfer-encoding)[ \t]*:/i;

/** @returns undefined where none of the values is in it at a place where it may be replaced */
export function replaceInHttp(
  bytes: Uint8Array,
  values: readonly LearntValue[],
  bodies: BodyReplacer,
): Replaced | undefined {
  const headByteCount = headEnd(bytes);
  const text = latin1Of(bytes);
  const head = text.slice(0, headByteCount);
  const present = values.filter(({ probe }) => text.includes(probe));
  const inHead = present.filter(({ probe }) => head.includes(probe));
  const body = bodyCandidates(text, headByteCount, values, present);
  const changed = body.length === 0 ? undefined : bodies.replace(bytes, headByteCount, body);
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
  const head = text.slice(0, headByteCount);
  if (!FRAMED.test(head)) return [];
  const hidden = CODED.test(head);
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
