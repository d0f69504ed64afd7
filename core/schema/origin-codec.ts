/** `Origin` of the schema; not written where it says nothing. */
import { NO_ORIGIN, type Origin } from '../exchange/exchange.ts';
import type { SchemaReader } from './schema-reader.ts';
import type { SchemaWriter } from './schema-writer.ts';
import { readTextEntry, writeTextEntry } from './text-entry-codec.ts';

export function writeOrigin(origin: Origin, writer: SchemaWriter): void {
  writer.text(1, origin.tenant);
  writer.text(2, origin.environment);
  writer.text(3, origin.region);
  writer.text(4, origin.instance);
  for (const entry of Object.entries(origin.labels)) writer.message(5, writeTextEntry, entry);
}

export function readOrigin(reader: SchemaReader, end: number): Origin {
  const origin = { ...NO_ORIGIN };
  const labels: [string, string][] = [];
  while (reader.pos < end) {
    const key = reader.readVarint();
    switch (key) {
      case 0o12:
        origin.tenant = reader.text(end);
        break;
      case 0o22:
        origin.environment = reader.text(end);
        break;
      case 0o32:
        origin.region = reader.text(end);
        break;
      case 0o42:
        origin.instance = reader.text(end);
        break;
      case 0o52:
        labels.push(readTextEntry(reader, reader.end(end)));
        break;
      default:
        reader.skip(key);
    }
  }
  reader.ended(end);
  // A label may be called `__proto__`: fromEntries makes a plain property of it.
  return { ...origin, labels: Object.fromEntries(labels) };
}
