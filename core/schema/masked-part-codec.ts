/** `MaskedPart` of the schema. */
import type { MaskedPart } from '../exchange/exchange.ts';
import { oneOf, type SchemaReader } from './schema-reader.ts';
import type { SchemaWriter } from './schema-writer.ts';

const ACTIONS: ReadonlySet<MaskedPart['action']> = new Set(['replace', 'redact', 'mask', 'hash', 'encrypt', 'drop']);

export function writeMaskedPart(part: MaskedPart, writer: SchemaWriter): void {
  writer.flag(1, part.side === 'response');
  writer.text(2, part.rule);
  writer.text(3, part.action);
  writer.count(4, part.count);
}

export function readMaskedPart(reader: SchemaReader, end: number): MaskedPart {
  let inResponse = false;
  let rule = '';
  let action = '';
  let count = 0;
  while (reader.pos < end) {
    const key = reader.readVarint();
    switch (key) {
      case 0o10:
        inResponse = reader.readVarint() !== 0;
        break;
      case 0o22:
        rule = reader.text(end);
        break;
      case 0o32:
        action = reader.text(end);
        break;
      case 0o40:
        count = reader.count('masked values');
        break;
      default:
        reader.skip(key);
    }
  }
  reader.ended(end);
  return { side: inResponse ? 'response' : 'request', rule, action: oneOf(ACTIONS, action, 'masking action'), count };
}
