/**
 * Text from UTF-8, with a table of what was read before.
 *
 * Most texts of an exchange (service, operation, verb, outcome, …) repeat, and making a string costs more than finding
 * it again: a slot is picked by a hash of the bytes and taken when it holds exactly this text. One text a slot, so the
 * table is bounded and a text that does not come back is simply written over.
 */

/** 2048 texts of at most {@link MAX_TABLED_BYTES}: some hundred kilobytes. */
const SLOTS = 2048;

/** Longer texts rarely repeat. */
const MAX_TABLED_BYTES = 64;

const texts: string[] = new Array<string>(SLOTS).fill('');

/** The text of `bytes[start … end)`; bytes that are not UTF-8 become U+FFFD. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  if (length > MAX_TABLED_BYTES) return decodeText(bytes, start, end);
  let hash = length;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  const slot = (hash ^ (hash >>> 11)) & (SLOTS - 1);
  const known = texts[slot] as string;
  if (known.length === length && isText(known, bytes, start)) return known;
  const text = decodeText(bytes, start, end);
  texts[slot] = text;
  return text;
}

/** The text of `bytes[start … end)`, not kept in the table: for texts that are different every time. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.utf8Slice.call(bytes, start, end);
}

/** Whether ASCII bytes spell the text; false for other bytes, because their codes differ. */
function isText(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[start + i] as number;
    if (byte >= 0x80 || text.charCodeAt(i) !== byte) return false;
  }
  return true;
}
