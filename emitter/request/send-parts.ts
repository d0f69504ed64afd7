/** The bytes of a request as they are written: one piece where they are few, so that a send is one write. */
import { type ByteCount, MAX_PART_BYTES } from '../../core/index.ts';

/** Copying so much costs less than a second write. */
const MAX_JOINED_BYTES: ByteCount = 64 * 1024;

export interface SendParts {
  /** At most {@link MAX_PART_BYTES} each. */
  readonly parts: readonly Uint8Array[];
  readonly byteCount: ByteCount;
}

/** @returns the very parts where they are fit to be sent, otherwise copies or views of them */
export function sendParts(parts: readonly Uint8Array[]): SendParts {
  let byteCount = 0;
  let longest = 0;
  for (const part of parts) {
    byteCount += part.length;
    if (part.length > longest) longest = part.length;
  }
  if (parts.length > 1 && byteCount <= MAX_JOINED_BYTES) return { parts: [Buffer.concat(parts, byteCount)], byteCount };
  return { parts: longest > MAX_PART_BYTES ? parts.flatMap(cut) : parts, byteCount };
}

function cut(part: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < part.length; at += MAX_PART_BYTES) pieces.push(part.subarray(at, at + MAX_PART_BYTES));
  return pieces;
}
