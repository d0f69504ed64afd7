/**
 * Learnt values put into a Thrift call: in texts, as integers of that value, and in headers of the transport. What is in
 * a map is not reached. Lengths are mended by the parser's rewriting.
 */
import {
  type FieldEdit,
  REPLAY_MARKER_HEADER,
  rewriteThrift,
  type ThriftValue,
  type ThriftView,
  viewThriftBody,
} from '../../parser/index.ts';
import { type FoundValue, findValues, type Replaced } from './find-values.ts';
import type { LearntValue } from './learnt-value.ts';
import { latin1Of, octetsOf } from './octets.ts';
import { withValues } from './write-value.ts';

/** Further ones of a call stay as they are. */
const MAX_EDITS = 1_000;
const INTEGER = /^-?\d{1,20}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BITS = { i16: 16, i32: 32, i64: 64 } as const;

/** @returns undefined where none of the values is in it at a place where it may be replaced */
export function replaceInThrift(bytes: Uint8Array, values: readonly LearntValue[]): Replaced | undefined {
  const view = viewThriftBody(bytes);
  const text = view.transforms.length === 0 ? latin1Of(bytes) : undefined;
  const present = values.filter(
    ({ probe, recorded }) =>
      text === undefined || INTEGER.test(recorded) || UUID.test(recorded) || text.includes(probe),
  );
  if (present.length === 0) return undefined;
  const found: FoundValue[] = [];
  const setHeaders = headerEdits(
    view,
    present.filter(({ rule }) => rule.in.has('header')),
    found,
  );
  const setFields: FieldEdit[] = [];
  const inBody = present.filter(({ rule }) => rule.in.has('body'));
  if (inBody.length > 0) fieldEdits(view.body, [], inBody, setFields, found);
  if (found.length === 0) return undefined;
  const { parts } = rewriteThrift({ parts: [bytes], complete: true, truncated: false }, { setHeaders, setFields });
  return parts === undefined ? undefined : { bytes: Buffer.concat(parts), found };
}

function headerEdits(
  { headers }: ThriftView,
  values: readonly LearntValue[],
  found: FoundValue[],
): (readonly [string | number, string])[] {
  const edits: (readonly [string | number, string])[] = [];
  if (values.length === 0) return edits;
  for (const { name, number, value } of headers) {
    if (name.toLowerCase() === REPLAY_MARKER_HEADER.toLowerCase()) continue;
    const replaced = replacedText(octetsOf(value), values, found);
    if (replaced !== undefined) edits.push([number ?? name, Buffer.from(replaced, 'latin1').toString()]);
  }
  return edits;
}

/** The tree is bounded by who made it, in depth and number of values. */
function fieldEdits(
  value: ThriftValue,
  path: readonly number[],
  values: readonly LearntValue[],
  edits: FieldEdit[],
  found: FoundValue[],
): void {
  if (edits.length >= MAX_EDITS) return;
  switch (value.type) {
    case 'struct':
      for (const field of value.fields) fieldEdits(field.value, [...path, field.id], values, edits, found);
      return;
    case 'list':
    case 'set':
      for (const [place, element] of value.elements.entries())
        fieldEdits(element, [...path, place], values, edits, found);
      return;
    case 'map':
    case 'bool':
    case 'i8':
    case 'double':
      return;
    case 'string': {
      const replaced = replacedText(latin1Of(value.bytes), values, found);
      if (replaced !== undefined) edits.push({ path, value: Buffer.from(replaced, 'latin1') });
      return;
    }
    case 'uuid':
    case 'i16':
    case 'i32':
    case 'i64': {
      const learnt = values.find(({ recorded }) => recorded === String(value.value));
      if (learnt === undefined) return;
      const { replacement } = learnt;
      const scalar = value.type === 'uuid' ? uuidOf(replacement) : integerOf(replacement, BITS[value.type]);
      if (scalar === undefined) return;
      edits.push({ path, value: scalar });
      found.push({ value: learnt, start: value.start, end: value.end, form: 'plain' });
      return;
    }
    default:
      return value satisfies never;
  }
}

function replacedText(text: string, values: readonly LearntValue[], found: FoundValue[]): string | undefined {
  const own = findValues(text, values);
  if (own.length === 0) return undefined;
  found.push(...own);
  const place = /^\s*[[{]/.test(text) ? 'json' : 'raw';
  return withValues(text, own, () => place);
}

function uuidOf(text: string): string | undefined {
  return UUID.test(text) ? text : undefined;
}

function integerOf(text: string, bits: number): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const integer = BigInt(text);
  return BigInt.asIntN(bits, integer) === integer ? integer : undefined;
}
