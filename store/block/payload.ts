/**
 * What a block holds once it is unpacked: exchanges behind the table of their ends.
 *
 *     +--------------------------+------------+------------+---
 *     | end of each: count × u32 | exchange 0 | exchange 1 | …     ends count from the start of exchange 0, little-endian
 *     +--------------------------+------------+------------+---
 *
 * Exchanges are as `core/schema/exchange.proto` has them.
 */
import type { ByteCount } from '../../core/index.ts';

/** Where an exchange's bytes are in a larger array. */
export interface Span {
  readonly start: ByteCount;
  readonly end: ByteCount;
}

/** Copies exchanges out of the bytes they were written to, behind the table of their ends. */
export function packPayload(source: Uint8Array, spans: readonly Span[]): Buffer {
  const bodies = spans.length * 4;
  let byteCount = bodies;
  for (const span of spans) byteCount += span.end - span.start;
  const payload = Buffer.allocUnsafe(byteCount);
  const from = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  let end = 0;
  for (const [position, span] of spans.entries()) {
    from.copy(payload, bodies + end, span.start, span.end);
    end += span.end - span.start;
    payload.writeUInt32LE(end, position * 4);
  }
  return payload;
}

/** @returns where each exchange is in the payload, or what is wrong with it */
export function payloadSpans(payload: Buffer, count: number): readonly Span[] | string {
  const bodies = count * 4;
  if (payload.length < bodies) return `${count} exchanges announced in ${payload.length} bytes`;
  const spans: Span[] = [];
  let start = bodies;
  for (let position = 0; position < count; position++) {
    const end = bodies + payload.readUInt32LE(position * 4);
    if (end < start || end > payload.length) return `exchange ${position} ends at ${end - bodies}`;
    spans.push({ start, end });
    start = end;
  }
  return spans;
}
