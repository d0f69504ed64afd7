/**
 * Fields of the index and the bytes in which their values are kept; the first byte of a posting's key is the field.
 *
 * What compares without case is kept in one case, operations by their template, a label as its name with its length
 * before it. Values longer than {@link MAX_VALUE_BYTES} are cut there: postings over-answer then,
 * and who reads tests.
 */
import type { IndexDocument, QueryField } from '../../core/index.ts';
import { operationTemplate } from '../index-terms/operation-template.ts';

export const MAX_VALUE_BYTES = 120;
/** Of a label's name, so that something of its value is always kept. */
export const MAX_NAME_BYTES = 60;

/** Numbers are on disk: never reuse one. */
export const POSTING_FIELDS = {
  /** One entry a segment, which says that it has everything below. */
  format: 0,
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
  tenant: 11,
  environment: 12,
  region: 13,
  instance: 14,
  label: 15,
  /** One entry a group: `latency-marks.ts`. */
  latencies: 16,
  /** One entry a group: `session-marks.ts`. */
  sessions: 17,
  /** One entry a group: `group-outline.ts`. */
  outline: 18,
} as const;

export const FORMAT_KEY: Buffer = Buffer.of(POSTING_FIELDS.format, 0);
export const LATENCIES_PREFIX: Buffer = Buffer.of(POSTING_FIELDS.latencies, 0);
export const SESSIONS_PREFIX: Buffer = Buffer.of(POSTING_FIELDS.sessions, 0);
export const OUTLINE_PREFIX: Buffer = Buffer.of(POSTING_FIELDS.outline, 0);

/** Fields whose values are texts of which few are distinct: a posting a value. */
export const TEXT_FIELDS = [
  'source',
  'service',
  'operation',
  'verb',
  'status',
  'outcome',
  'protocol',
  'reason',
  'tenant',
  'environment',
  'region',
  'instance',
] as const satisfies readonly (keyof IndexDocument & QueryField & keyof typeof POSTING_FIELDS)[];

export type TextField = (typeof TEXT_FIELDS)[number];

const lower = (value: string): string => value.toLowerCase();
const upper = (value: string): string => value.toUpperCase();

/** Fields whose values are indexed in another form: queries compare these without case, operations by template. */
export const NORMAL_FORM: { readonly [field in TextField]?: (value: string) => string } = {
  operation: operationTemplate,
  verb: upper,
  outcome: lower,
  protocol: lower,
};

export function isTextField(field: QueryField): field is TextField {
  return (TEXT_FIELDS as readonly string[]).includes(field);
}

/** Field, length and value of a posting's key; what follows is the group's. */
export function termPrefix(field: number, value: Uint8Array): Buffer {
  const prefix = Buffer.allocUnsafe(2 + value.length);
  prefix[0] = field;
  prefix[1] = value.length;
  prefix.set(value, 2);
  return prefix;
}

export function textPrefix(field: TextField, value: string): Buffer {
  return termPrefix(POSTING_FIELDS[field], textBytes(NORMAL_FORM[field]?.(value) ?? value, MAX_VALUE_BYTES));
}

export function labelPrefix(name: string, value: string): Buffer {
  return termPrefix(POSTING_FIELDS.label, labelBytes(name, value));
}

export function labelBytes(name: string, value: string): Buffer {
  const nameBytes = textBytes(name, MAX_NAME_BYTES);
  return Buffer.concat([
    Buffer.of(nameBytes.length),
    nameBytes,
    textBytes(value, MAX_VALUE_BYTES - 1 - nameBytes.length),
  ]);
}

const PACKED_TRACE = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/;

/** Whether a trace id is kept as the bytes that its digits say. */
export function isPackedTrace(traceId: string): boolean {
  return (traceId.length === 32 || traceId.length === 16) && PACKED_TRACE.test(traceId);
}

export function tracePrefix(traceId: string): Buffer {
  return isPackedTrace(traceId)
    ? termPrefix(POSTING_FIELDS.packedTrace, Buffer.from(traceId, 'hex'))
    : termPrefix(POSTING_FIELDS.trace, textBytes(traceId, MAX_VALUE_BYTES));
}

export function textBytes(value: string, maxBytes: number): Buffer {
  const head = value.length > maxBytes ? value.slice(0, maxBytes) : value;
  return Buffer.from(head).subarray(0, maxBytes);
}

/** Whether a value's bytes stand for this value alone. */
export function isWhole(value: string, maxBytes: number): boolean {
  const bytes = Buffer.from(value.length > maxBytes ? '' : value);
  return value.length <= maxBytes && bytes.length < maxBytes && !value.includes('\ufffd') && bytes.toString() === value;
}

/** First key behind everything that begins with a prefix; undefined where nothing can follow. */
export function prefixEnd(prefix: Uint8Array): Buffer | undefined {
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
