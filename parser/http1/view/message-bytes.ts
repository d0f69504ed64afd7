/** Where head and body lie among the kept bytes of a message, and where bytes are missing between them. */
import { type ByteCount, type Message, messageBytes } from '../../../core/index.ts';

/** What views need of a message; one without the last three is whole. */
export type ViewableMessage = Pick<Message, 'parts' | 'headByteCount'> &
  Partial<Pick<Message, 'complete' | 'truncated' | 'missing'>>;

/** Bytes that are missing before the kept byte at `at`. */
export interface Hole {
  readonly at: number;
  readonly byteCount: ByteCount;
}

export interface KeptBody {
  /** What was kept, holes closed. */
  readonly bytes: Uint8Array;
  readonly holes: readonly Hole[];
  /** Nothing is missing: neither in the middle nor at the end. */
  readonly whole: boolean;
}

/** The kept bytes of the whole message, in one piece. */
export function keptBytes(message: ViewableMessage): Uint8Array {
  return messageBytes(message as Message);
}

/** Bytes of the head among the kept ones: what is missing of it is not in them. */
export function keptHeadByteCount(message: ViewableMessage): ByteCount {
  let byteCount = message.headByteCount;
  for (const range of message.missing ?? []) {
    const end = Math.min(range.offset + range.byteCount, message.headByteCount);
    byteCount -= Math.max(0, end - range.offset);
  }
  return Math.max(0, byteCount);
}

export function keptBody(message: ViewableMessage): KeptBody {
  const { missing = [], headByteCount } = message;
  const bytes = keptBytes(message).subarray(keptHeadByteCount(message));
  const holes: Hole[] = [];
  let before = 0;
  for (const { offset, byteCount } of missing) {
    const from = Math.max(offset, headByteCount);
    const count = offset + byteCount - from;
    if (count <= 0) continue;
    holes.push({ at: Math.min(from - headByteCount - before, bytes.length), byteCount: count });
    before += count;
  }
  const whole = message.complete !== false && message.truncated !== true && missing.length === 0;
  return { bytes, holes, whole };
}
