/** `Message` and `MissingRange` of the schema. Decoded parts are views of the bytes they were read from. */
import type { Message, MissingRange } from '../exchange/message.ts';
import type { SchemaReader } from './schema-reader.ts';
import { countByteCount, delimitedByteCount, type SchemaWriter } from './schema-writer.ts';

const NOTHING_MISSING: readonly MissingRange[] = [];

/** Exactly the bytes that `writeMessage` writes. */
function messageByteCount(message: Message): number {
  let byteCount =
    countByteCount(message.byteCount) +
    countByteCount(message.headByteCount) +
    countByteCount(message.streamOffset) +
    countByteCount(message.firstByteAt) +
    countByteCount(message.lastByteAt) +
    (message.complete ? 2 : 0) +
    (message.truncated ? 2 : 0);
  for (const part of message.parts) byteCount += delimitedByteCount(part.length);
  for (const range of message.missing) byteCount += delimitedByteCount(rangeByteCount(range));
  return byteCount;
}

/** @param field one whose key takes one or two bytes */
export function writeMessage(field: number, message: Message, writer: SchemaWriter): void {
  const byteCount = messageByteCount(message);
  writer.realloc(byteCount + 16);
  writer.nested(field, byteCount);
  for (const part of message.parts) writer.writeBytesField(1, part);
  writer.count(2, message.byteCount);
  writer.count(3, message.headByteCount);
  writer.count(4, message.streamOffset);
  writer.count(5, message.firstByteAt);
  writer.count(6, message.lastByteAt);
  writer.flag(7, message.complete);
  writer.flag(8, message.truncated);
  for (const range of message.missing) {
    writer.nested(9, rangeByteCount(range));
    writer.count(1, range.offset);
    writer.count(2, range.byteCount);
  }
}

export function readMessage(reader: SchemaReader, end: number): Message {
  const parts: Uint8Array[] = [];
  let byteCount = 0;
  let headByteCount = 0;
  let streamOffset = 0;
  let firstByteAt = 0;
  let lastByteAt = 0;
  let complete = false;
  let truncated = false;
  let missing: MissingRange[] | undefined;
  while (reader.pos < end) {
    const key = reader.readVarint();
    switch (key) {
      case 0o12:
        parts.push(reader.view(end));
        break;
      case 0o20:
        byteCount = reader.count('message length');
        break;
      case 0o30:
        headByteCount = reader.count('head length');
        break;
      case 0o40:
        streamOffset = reader.count('stream offset');
        break;
      case 0o50:
        firstByteAt = reader.count('time');
        break;
      case 0o60:
        lastByteAt = reader.count('time');
        break;
      case 0o70:
        complete = reader.readVarint() !== 0;
        break;
      case 0o100:
        truncated = reader.readVarint() !== 0;
        break;
      case 0o112:
        missing ??= [];
        missing.push(readRange(reader, reader.end(end)));
        break;
      default:
        reader.skip(key);
    }
  }
  reader.ended(end);
  return {
    parts,
    byteCount,
    headByteCount,
    streamOffset,
    firstByteAt,
    lastByteAt,
    complete,
    truncated,
    missing: missing ?? NOTHING_MISSING,
  };
}

function rangeByteCount(range: MissingRange): number {
  return countByteCount(range.offset) + countByteCount(range.byteCount);
}

function readRange(reader: SchemaReader, end: number): MissingRange {
  let offset = 0;
  let byteCount = 0;
  while (reader.pos < end) {
    const key = reader.readVarint();
    if (key === 0o10) offset = reader.count('offset');
    else if (key === 0o20) byteCount = reader.count('length');
    else reader.skip(key);
  }
  reader.ended(end);
  return { offset, byteCount };
}
