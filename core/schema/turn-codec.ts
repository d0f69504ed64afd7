/** `Turn` of the schema. */
import type { Turn } from '../exchange/exchange.ts';
import type { SchemaReader } from './schema-reader.ts';
import type { SchemaWriter } from './schema-writer.ts';

export function writeTurn(turn: Turn, writer: SchemaWriter): void {
  writer.flag(1, turn.direction === 1);
  writer.count(2, turn.byteCount);
  writer.count(3, turn.firstByteAt);
}

export function readTurn(reader: SchemaReader, end: number): Turn {
  let fromServer = false;
  let byteCount = 0;
  let firstByteAt = 0;
  while (reader.pos < end) {
    const key = reader.readVarint();
    switch (key) {
      case 0o10:
        fromServer = reader.readVarint() !== 0;
        break;
      case 0o20:
        byteCount = reader.count('length');
        break;
      case 0o30:
        firstByteAt = reader.count('time');
        break;
      default:
        reader.skip(key);
    }
  }
  reader.ended(end);
  return { direction: fromServer ? 1 : 0, byteCount, firstByteAt };
}
