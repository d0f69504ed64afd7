/** Whether a message has a header of a name, without reading its payload. */
import { readWrapping } from './message-layers.ts';

/** @param name of a text key, in any case; false for messages without headers, and whatever the bytes */
export function hasThriftHeader(bytes: Uint8Array, name: string): boolean {
  const wanted = name.toLowerCase();
  const blocks = readWrapping(bytes).header?.blocks ?? [];
  return blocks.some(({ entries }) =>
    entries.some((entry) => entry.number === undefined && entry.name.toLowerCase() === wanted),
  );
}
