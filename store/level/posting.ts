/**
 * One posting: which exchanges of a block have a value in a field (fields and bytes of values: `posting-fields.ts`).
 *
 *     key                                            value
 *     +-------+--------+----------------+-------+    +----------+      one exchange: its position
 *     | field | length | value          | block |    | position |
 *     | u8    | u8     | length bytes   | key   |    +----------+
 *     +-------+--------+----------------+-------+    +----------+----------+
 *                                                    | low u32  | high u32 |   several: a bit a position, big-endian
 *                                                    +----------+----------+
 *
 * Trace ids of 32 or 16 hexadecimal digits are kept as their bytes under a field number of their own. The postings of
 * one value are in the order of the block keys, so that conditions are intersected and united while they stream. Of
 * sessions, of latencies, and of a block as a whole, there is one entry with an empty value in its key.
 */
import type { IndexDocument, IndexEntry, IndexHit } from '../../core/index.ts';
import { encodeBlockOutline, TRACE_HEAD_BYTES } from './block-outline.ts';
import { encodeLatencyMarks } from './latency-marks.ts';
import { isPackedTrace, POSTING_FIELDS, plainTracePrefix } from './posting-fields.ts';
import { BlockTerms } from './posting-terms.ts';
import { encodeSessionMarks } from './session-marks.ts';

export const LATENCIES_PREFIX: Buffer = Buffer.of(POSTING_FIELDS.latencies, 0);
export const SESSIONS_PREFIX = Buffer.of(POSTING_FIELDS.sessions, 0);
export const OUTLINE_PREFIX = Buffer.of(POSTING_FIELDS.outline, 0);
/** Where a packed trace id begins in its key. */
const TRACE_AT = 2;
const PACKED_TRACE = POSTING_FIELDS.packedTrace;

const terms = new BlockTerms();
const heads = { longs: Buffer.alloc(64 * TRACE_HEAD_BYTES), shorts: Buffer.alloc(64 * TRACE_HEAD_BYTES) };

/** Calls `take` with key and value of each entry of a block: its postings, its marks, its outline last. */
export function forEachPosting(entry: IndexEntry, take: (key: Buffer, value: Buffer) => void): void {
  const block = Buffer.from(entry.block.buffer, entry.block.byteOffset, entry.block.byteLength);
  const { documents } = entry;
  terms.begin();
  terms.addTexts(documents);
  terms.addLabels(documents);
  for (let position = 0; position < documents.length; position++) {
    const { traceId } = documents[position] as IndexDocument;
    if (traceId !== '') terms.addTrace(traceId, position);
  }
  let postings = 1;
  terms.forEach((prefix, low, high) => {
    postings++;
    take(Buffer.concat([prefix, block], prefix.length + block.length), encodePositions(low, high));
  });
  let [longBytes, shortBytes] = [0, 0];
  terms.forEachTrace((traceId, low, high) => {
    postings++;
    const key = traceKey(traceId, block);
    take(key, encodePositions(low, high));
    if (key[0] !== PACKED_TRACE) return;
    const isLong = key[1] === 16;
    const at = isLong ? longBytes : shortBytes;
    key.copy(isLong ? heads.longs : heads.shorts, at, TRACE_AT, TRACE_AT + TRACE_HEAD_BYTES);
    if (isLong) longBytes += TRACE_HEAD_BYTES;
    else shortBytes += TRACE_HEAD_BYTES;
  });
  const sessions = encodeSessionMarks(documents);
  if (sessions !== undefined) {
    postings++;
    take(Buffer.concat([SESSIONS_PREFIX, block]), sessions);
  }
  const latencies = encodeLatencyMarks(documents);
  if (latencies !== undefined) {
    postings++;
    take(Buffer.concat([LATENCIES_PREFIX, block]), latencies);
  }
  const [longs, shorts] = [heads.longs.subarray(0, longBytes), heads.shorts.subarray(0, shortBytes)];
  take(Buffer.concat([OUTLINE_PREFIX, block]), encodeBlockOutline(documents.length, postings, longs, shorts));
}

function traceKey(traceId: string, block: Buffer): Buffer {
  if (!isPackedTrace(traceId)) return Buffer.concat([plainTracePrefix(traceId), block]);
  const byteCount = traceId.length / 2;
  const key = Buffer.allocUnsafe(TRACE_AT + byteCount + block.length);
  key[0] = PACKED_TRACE;
  key[1] = byteCount;
  key.write(traceId, TRACE_AT, byteCount, 'hex');
  key.set(block, TRACE_AT + byteCount);
  return key;
}

/** What stands behind field, length and value of a key: a block's key, empty where bytes were changed. */
export function blockOfPosting(key: Buffer): Buffer {
  return key.subarray(2 + (key[1] ?? 0));
}

/** Reads a posting's value into the positions of its block; undefined for bytes that are no posting. */
export function decodePositions(block: Uint8Array, value: Uint8Array): IndexHit | undefined {
  if (value.length === 1) {
    const position = value[0] as number;
    if (position > 63) return undefined;
    return position < 32
      ? { block, low: (1 << position) >>> 0, high: 0 }
      : { block, low: 0, high: (1 << (position - 32)) >>> 0 };
  }
  if (value.length !== 8) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, 8);
  return { block, low: view.getUint32(0), high: view.getUint32(4) };
}

function encodePositions(low: number, high: number): Buffer {
  const bitCount = countBits(low) + countBits(high);
  if (bitCount === 1) return SINGLE[low !== 0 ? 31 - Math.clz32(low) : 63 - Math.clz32(high)] as Buffer;
  const value = Buffer.allocUnsafe(8);
  value.writeUInt32BE(low >>> 0, 0);
  value.writeUInt32BE(high >>> 0, 4);
  return value;
}

const SINGLE: readonly Buffer[] = Array.from({ length: 64 }, (_, position) => Buffer.of(position));

export function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
