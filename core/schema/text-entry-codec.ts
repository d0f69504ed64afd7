/** One entry of a `map<string, string>` of the schema. */
import type { SchemaReader } from './schema-reader.ts';
import type { SchemaWriter } from './schema-writer.ts';

export function writeTextEntry(entry: readonly [string, string], writer: SchemaWriter): void {
  writer.text(1, entry[0]);
  writer.text(2, entry[1]);
}

export function readTextEntry(reader: SchemaReader, end: number): [string, string] {
  const entry: [string, string] = ['', ''];
  while (reader.pos < end) {
    const key = reader.readVarint();
    if (key === 0o12) entry[0] = reader.text(end);
    else if (key === 0o22) entry[1] = reader.text(end);
    else reader.skip(key);
  }
  reader.ended(end);
  return entry;
}
