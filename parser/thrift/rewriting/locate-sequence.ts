/**
 * Where the sequence id of a call stands, for who sends it with another one: found once, written over at each send.
 *
 *     length:4  0F FF  flags:2  sequence:4  size:2  header    80 01 00 01  name  sequence:4
 *                               ~~~~~~~~~~                                       ~~~~~~~~~~
 *
 * A payload that is compressed, or JSON, keeps its id: there the header's is the one that replies are told apart by.
 */
import type { SequencePlaces } from '../../../core/index.ts';
import { readMessageHead } from '../view/message-head.ts';
import { encodingOf, readWrapping, type Wrapping } from '../view/message-layers.ts';
import { OctetCursor } from '../view/octet-cursor.ts';

type Place = SequencePlaces['places'][number];

interface Found {
  readonly sequenceId: number;
  readonly place: Place;
}

/** From the magic to behind the size of the header. */
const FIXED_HEADER_BYTES = 10;
/** From the magic to the sequence id. */
const SEQUENCE_IN_HEADER = 4;
/** A varint of 32 bits; longer ones are padded, and not written over. */
const MAX_VARINT_BYTES = 5;

/**
 * @param bytes a whole call, or its beginning up to the arguments at least
 * @returns the places that say the same id as the message itself; undefined where none is found, as in other bytes
 */
export function locateSequenceIds(bytes: Uint8Array): SequencePlaces | undefined {
  const wrapping = readWrapping(bytes);
  const { header } = wrapping;
  if (header !== undefined && header.problem !== '') return undefined;
  const inHeader = headerPlace(wrapping);
  const inMessage = messagePlace(bytes, wrapping);
  if (inMessage === undefined) return inHeader === undefined ? undefined : places(inHeader, undefined);
  return places(inMessage, inHeader?.sequenceId === inMessage.sequenceId ? inHeader : undefined);
}

function places(found: Found, other: Found | undefined): SequencePlaces {
  const all = other === undefined ? [found.place] : [other.place, found.place];
  return { recorded: found.sequenceId, places: all };
}

function headerPlace({ frame, header }: Wrapping): Found | undefined {
  if (frame === undefined || header?.sequenceId === undefined) return undefined;
  // Elsewhere where the fixed part itself is cut off.
  if (header.start !== frame.lengthBytes + FIXED_HEADER_BYTES) return undefined;
  const place: Place = { offset: frame.lengthBytes + SEQUENCE_IN_HEADER, byteCount: 4, form: 'i32' };
  return { sequenceId: header.sequenceId, place };
}

function messagePlace(bytes: Uint8Array, { header, payloadAt, payloadEnd }: Wrapping): Found | undefined {
  if ((header?.transforms.length ?? 0) > 0 || payloadAt >= payloadEnd) return undefined;
  const encoding = encodingOf(bytes.subarray(0, payloadEnd), payloadAt);
  if (encoding === undefined || encoding === 'json') return undefined;
  const head = readMessageHead(new OctetCursor(bytes, payloadAt, payloadEnd), encoding);
  if (head === undefined) return undefined;
  const byteCount = head.sequenceEnd - head.sequenceAt;
  if (byteCount > MAX_VARINT_BYTES) return undefined;
  const form = encoding === 'compact' ? 'varint' : 'i32';
  return { sequenceId: head.sequenceId, place: { offset: head.sequenceAt, byteCount, form } };
}
