/**
 * What the index holds of a block, in one entry of its own:
 *
 *     +-----------+----------+--------+-----------------------------+
 *     | exchanges | postings | longs  | heads of trace ids, 3 bytes |   first those of 16 bytes (`longs` of them),
 *     | u8        | u16      | u8     | each                        |   then those of 8
 *     +-----------+----------+--------+-----------------------------+
 *
 * The outlines of a segment are the list of its blocks: what `not` is taken from, and what times narrow. The heads are
 * what the removal of a block finds its trace postings by; the number of postings tells whether all were found.
 */
export const TRACE_HEAD_BYTES = 3;
const HEAD_AT = 4;

export interface BlockOutline {
  /** Entries of the block, the outline and the session marks among them. */
  readonly postings: number;
  /** Fields `length` and `value` of the keys, as far as they are known. */
  readonly traceHeads: readonly Buffer[];
}

/** @param longs,shorts heads of trace ids of 16 and of 8 bytes, one behind the other */
export function encodeBlockOutline(exchanges: number, postings: number, longs: Buffer, shorts: Buffer): Buffer {
  const outline = Buffer.allocUnsafe(HEAD_AT + longs.length + shorts.length);
  outline[0] = exchanges;
  outline.writeUInt16BE(postings, 1);
  outline[3] = longs.length / TRACE_HEAD_BYTES;
  outline.set(longs, HEAD_AT);
  outline.set(shorts, HEAD_AT + longs.length);
  return outline;
}

/** @returns undefined for bytes that are no outline */
export function decodeBlockOutline(outline: Uint8Array): BlockOutline | undefined {
  const bytes = Buffer.from(outline.buffer, outline.byteOffset, outline.length);
  if (bytes.length < HEAD_AT || (bytes.length - HEAD_AT) % TRACE_HEAD_BYTES !== 0) return undefined;
  const longs = bytes[3] as number;
  const traceHeads: Buffer[] = [];
  for (let at = HEAD_AT; at < bytes.length; at += TRACE_HEAD_BYTES) {
    const length = traceHeads.length < longs ? 16 : 8;
    traceHeads.push(Buffer.concat([Buffer.of(length), bytes.subarray(at, at + TRACE_HEAD_BYTES)]));
  }
  return { postings: bytes.readUInt16BE(1), traceHeads };
}

/** All positions of a block of so many exchanges. */
export function allPositions(exchanges: number): { low: number; high: number } {
  return { low: lowBits(Math.min(exchanges, 32)), high: lowBits(Math.max(0, exchanges - 32)) };
}

function lowBits(count: number): number {
  return count >= 32 ? 0xffff_ffff : (1 << count) - 1;
}
