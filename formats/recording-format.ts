/** Which of the formats that are read a file is of, by its first bytes. */

export const RECORDING_FORMATS = ['capture', 'gor', 'har', 'jsonl', 'protobuf'] as const;
export type RecordingFormat = (typeof RECORDING_FORMATS)[number];

/** As many of a file's first bytes, unpacked, as it takes to tell. */
export const TELLING_BYTES = 4096;

const GOR = /^[123] [0-9A-Za-z_-]{1,128} \d{1,19}(?: -?\d{1,19})?(?: [^\n]*)?\n/;
const LINE = /^\s*\{\s*"id"\s*:/;
const HAR = /^\ufeff?\s*\{\s*"log"\s*:/;

/** @param head first bytes, unpacked; `capture` also where nothing is known: its reader says what it expected */
export function recordingFormat(head: Uint8Array): RecordingFormat {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, TELLING_BYTES)).toString();
  if (GOR.test(text)) return 'gor';
  if (HAR.test(text)) return 'har';
  if (LINE.test(text)) return 'jsonl';
  return isDelimitedExchange(head) ? 'protobuf' : 'capture';
}

/** A length, then field 1 with a schema version: 08 01. */
function isDelimitedExchange(head: Uint8Array): boolean {
  let at = 0;
  while (at < 5 && (head[at] ?? 0) >= 0x80) at++;
  return head[at] !== undefined && head[at] !== 0 && head[at + 1] === 0x08 && head[at + 2] === 0x01;
}
