/**
 * Head of a message: function name, kind, sequence id.
 *
 *     strict   80 01 00 (kind)      name length (4), name   sequence id (4)
 *     old      name length (4), name   kind (1)   sequence id (4)
 *     compact  82   (kind: 3 bits)(version: 5 bits)   varint sequence id   varint name length, name
 *
 * Source: Thrift protocol specifications, "Message".
 */
import type { OctetCursor } from './octet-cursor.ts';

export interface MessageHead {
  readonly kind: number;
  /** As on the wire, with the service in front of it where the protocol is multiplexed. */
  readonly name: string;
  readonly sequenceId: number;
  /** Places in the payload: of the name with its length, of the sequence id, and of what follows. */
  readonly nameAt: number;
  readonly nameEnd: number;
  readonly sequenceAt: number;
  readonly sequenceEnd: number;
  readonly end: number;
}

export function readMessageHead(
  cursor: OctetCursor,
  encoding: 'binary' | 'binary-old' | 'compact',
): MessageHead | undefined {
  const head = encoding === 'compact' ? readCompactHead(cursor) : readBinaryHead(cursor, encoding === 'binary');
  return cursor.failed ? undefined : head;
}

function readBinaryHead(cursor: OctetCursor, strict: boolean): MessageHead {
  let kind = strict ? cursor.i32() & 0xff : 0;
  const nameAt = cursor.at;
  const name = nameOf(cursor, cursor.i32());
  const nameEnd = cursor.at;
  if (!strict) kind = cursor.u8();
  const sequenceAt = cursor.at;
  const sequenceId = cursor.i32();
  return { kind, name, sequenceId, nameAt, nameEnd, sequenceAt, sequenceEnd: cursor.at, end: cursor.at };
}

function readCompactHead(cursor: OctetCursor): MessageHead {
  cursor.u8();
  const second = cursor.u8();
  cursor.littleEndianDoubles = (second & 0x1f) === 1;
  const sequenceAt = cursor.at;
  const sequenceId = cursor.varint32() | 0;
  const sequenceEnd = cursor.at;
  const nameAt = cursor.at;
  const name = nameOf(cursor, cursor.varint32());
  return {
    kind: second >> 5,
    name,
    sequenceId,
    nameAt,
    nameEnd: cursor.at,
    sequenceAt,
    sequenceEnd,
    end: cursor.at,
  };
}

function nameOf(cursor: OctetCursor, byteCount: number): string {
  const at = cursor.take(byteCount);
  return at === undefined ? '' : cursor.bytes.toString('utf8', at, at + byteCount);
}
