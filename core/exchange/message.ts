/** One request or response with its verbatim bytes. */
import type { ByteCount, Micros, StreamOffset } from '../units.ts';

/** Largest part of a message that travels or is kept as one piece. */
export const MAX_PART_BYTES: ByteCount = 1024 * 1024;

/** Bytes of a message that were never seen: `offset` counts from the message's first byte. */
export interface MissingRange {
  readonly offset: ByteCount;
  readonly byteCount: ByteCount;
}

export interface Message {
  /** Verbatim bytes in order, each part at most {@link MAX_PART_BYTES}; missing and cut-off bytes are not in it. */
  readonly parts: readonly Uint8Array[];
  /** Length on the wire so far as known, missing and not kept bytes included. */
  readonly byteCount: ByteCount;
  /** Length of the head (start line, header fields and the empty line); the body follows it. */
  readonly headByteCount: ByteCount;
  readonly streamOffset: StreamOffset;
  readonly firstByteAt: Micros;
  readonly lastByteAt: Micros;
  /** The end of the message was seen and no byte of it is missing. */
  readonly complete: boolean;
  /** The message was longer than the body limit: the rest was counted and not kept. */
  readonly truncated: boolean;
  readonly missing: readonly MissingRange[];
}

/** The kept bytes as one array; no copy where there is one part. */
export function messageBytes(message: Message): Uint8Array {
  const [first] = message.parts;
  if (first !== undefined && message.parts.length === 1) return first;
  return Buffer.concat(message.parts);
}
