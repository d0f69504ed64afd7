/**
 * One posting: which exchanges of a block have a value in a field.
 *
 *     key                                            value
 *     +-------+--------+----------------+-------+    +----------+      one exchange: its position
 *     | field | length | value          | block |    | position |
 *     | u8    | u8     | length bytes   | key   |    +----------+
 *     +-------+--------+----------------+-------+    +----------+----------+
 *                                                    | low u32  | high u32 |   several: a bit a position, big-endian
 *                                                    +----------+----------+
 *
 * Values longer than {@link MAX_VALUE_BYTES} are cut there: postings over-answer then, and who reads tests. Trace ids of
 * 32 hexadecimal digits are kept as 16 bytes under a field number of their own. The postings of one value are in the
 * order of the block keys, so that conditions are intersected and united while they stream.
 */
import type { IndexDocument, IndexEntry, IndexHit } from '../../core/index.ts';
import { operationTemplate } from '../index-terms/operation-template.ts';

export const MAX_VALUE_BYTES = 120;

/** Numbers are on disk: never reuse one. */
export const POSTING_FIELDS = {
  trace: 1,
  packedTrace: 2,
  source: 3,
  service: 4,
  operation: 5,
  verb: 6,
  status: 7,
  outcome: 8,
  protocol: 9,
  reason: 10,
} as const;

export type PostingField = Exclude<keyof typeof POSTING_FIELDS, 'packedTrace'>;

const PACKED_TRACE = /^[0-9a-f]{32}$/;

/** Fields whose values are indexed in another form: queries compare these without case, operations by template. */
const NORMAL_FORM: { readonly [field in PostingField]?: (value: string) => string } = {
  operation: operationTemplate,
  verb: (value) => value.toUpperCase(),
  outcome: (value) => value.toLowerCase(),
  protocol: (value) => value.toLowerCase(),
};

/** Field, length and value of a posting key; what follows is the block key. */
export function postingPrefix(field: PostingField, value: string): Buffer {
  if (field === 'trace' && PACKED_TRACE.test(value)) {
    return Buffer.concat([Buffer.of(POSTING_FIELDS.packedTrace, 16), Buffer.from(value, 'hex')]);
  }
  const bytes = Buffer.from(NORMAL_FORM[field]?.(value) ?? value).subarray(0, MAX_VALUE_BYTES);
  return Buffer.concat([Buffer.of(POSTING_FIELDS[field], bytes.length), bytes]);
}

/** First key behind everything that begins with a prefix; undefined where nothing can follow. */
export function prefixEnd(prefix: Buffer): Buffer | undefined {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    const byte = end[i] as number;
    if (byte < 0xff) {
      end[i] = byte + 1;
      return end.subarray(0, i + 1);
    }
  }
  return undefined;
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

interface Positions {
  low: number;
  high: number;
}

const VALUE_OF: Readonly<Record<PostingField, (document: IndexDocument) => string>> = {
  trace: (document) => document.traceId,
  source: (document) => document.source,
  service: (document) => document.service,
  operation: (document) => document.operation,
  verb: (document) => document.verb,
  status: (document) => (document.status === 0 ? '' : String(document.status)),
  outcome: (document) => document.outcome,
  protocol: (document) => document.protocol,
  reason: (document) => document.reason,
};
const FIELDS = Object.entries(VALUE_OF) as [PostingField, (document: IndexDocument) => string][];

/** Calls `take` with key and value of each posting of a block. */
export function forEachPosting(entry: IndexEntry, take: (key: Buffer, value: Buffer) => void): void {
  const block = Buffer.from(entry.block.buffer, entry.block.byteOffset, entry.block.byteLength);
  const values = new Map<string, Positions>();
  for (const [field, read] of FIELDS) {
    values.clear();
    let lastValue = '';
    let last: Positions | undefined;
    for (let position = 0; position < entry.documents.length; position++) {
      const value = read(entry.documents[position] as IndexDocument);
      if (value === '') continue;
      if (last === undefined || value !== lastValue) {
        last = values.get(value);
        if (last === undefined) {
          last = { low: 0, high: 0 };
          values.set(value, last);
        }
        lastValue = value;
      }
      if (position < 32) last.low |= 1 << position;
      else last.high |= 1 << (position - 32);
    }
    const normalForm = NORMAL_FORM[field];
    if (normalForm !== undefined) mergeNormalForms(values, normalForm);
    for (const [value, positions] of values) take(postingKey(field, value, block), encodePositions(positions));
  }
}

/** Values of one normal form share a posting. */
function mergeNormalForms(values: Map<string, Positions>, normalForm: (value: string) => string): void {
  for (const [value, positions] of [...values]) {
    const normal = normalForm(value);
    if (normal === value) continue;
    values.delete(value);
    const merged = values.get(normal);
    if (merged === undefined) values.set(normal, positions);
    else {
      merged.low |= positions.low;
      merged.high |= positions.high;
    }
  }
}

function postingKey(field: PostingField, value: string, block: Buffer): Buffer {
  if (field === 'trace' && PACKED_TRACE.test(value)) {
    const key = Buffer.allocUnsafe(18 + block.length);
    key[0] = POSTING_FIELDS.packedTrace;
    key[1] = 16;
    key.write(value, 2, 16, 'hex');
    block.copy(key, 18);
    return key;
  }
  return Buffer.concat([postingPrefix(field, value), block]);
}

function encodePositions({ low, high }: Positions): Buffer {
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
