/** `SealedRange` of the schema. */
import type { SealedRange } from '../exchange/exchange.ts';
import type { SchemaReader } from './schema-reader.ts';
import type { SchemaWriter } from './schema-writer.ts';

export function writeSealedRange(range: SealedRange, writer: SchemaWriter): void {
  writer.flag(1, range.side === 'response');
  writer.count(2, range.offset);
  writer.count(3, range.byteCount);
  writer.text(4, range.keyId);
  if (range.sealed.length > 0) writer.writeBytesField(5, range.sealed);
  if (range.interim !== undefined) writer.count(6, range.interim + 1);
}

export function readSealedRange(reader: SchemaReader, end: number): SealedRange {
  let inResponse = false;
  let offset = 0;
  let byteCount = 0;
  let keyId = '';
  let sealed: Uint8Array = new Uint8Array(0);
  let interim = 0;
  while (reader.pos < end) {
    const key = reader.readVarint();
    switch (key) {
      case 0o10:
        inResponse = reader.readVarint() !== 0;
        break;
      case 0o20:
        offset = reader.count('offset');
        break;
      case 0o30:
        byteCount = reader.count('length');
        break;
      case 0o42:
        keyId = reader.text(end);
        break;
      case 0o52:
        sealed = reader.view(end);
        break;
      case 0o60:
        interim = reader.count('interim answer');
        break;
      default:
        reader.skip(key);
    }
  }
  reader.ended(end);
  const range: SealedRange = { side: inResponse ? 'response' : 'request', offset, byteCount, keyId, sealed };
  return interim === 0 ? range : { ...range, interim: interim - 1 };
}
