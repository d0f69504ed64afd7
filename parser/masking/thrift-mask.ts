/**
 * Values of Thrift messages: of headers, and of fields by their path of ids or by the name that an IDL gives them. Text is
 * looked into, and 64-bit numbers as decimal digits; a number that a rule takes becomes another one, 0 where nothing else
 * is said. Lengths and frames are mended by rewriting/.
 *
 * The token of a TTHeader keeps its length.
 */
import { type Message, messageBytes } from '../../core/index.ts';
import type { NamedType, ThriftNames } from '../thrift/idl/thrift-names.ts';
import type { HeaderKey } from '../thrift/rewriting/header-splices.ts';
import { type FieldEdit, rewriteThrift } from '../thrift/rewriting/thrift-rewriter.ts';
import { bodyType } from '../thrift/view/thrift-document.ts';
import type { ThriftValue } from '../thrift/view/thrift-value.ts';
import { type ThriftHeader, type ThriftView, viewThriftBody } from '../thrift/view/thrift-view.ts';
import { maskLine } from './line-mask.ts';
import type { MaskRun, Slot } from './mask-run.ts';

const FILLER = 0x2a;
const BITS = { i8: 7, i16: 15, i32: 31, i64: 63 } as const;
/** Problems that only say that nothing follows. */
const HARMLESS = new Set(['no-payload']);

interface Place {
  /** As rewriting takes it. */
  readonly path: readonly number[];
  /** Field ids alone. */
  readonly fieldPath: readonly number[];
  readonly fieldNames: readonly string[];
  readonly secret: boolean;
}

const TOP: Place = { path: [], fieldPath: [], fieldNames: [], secret: false };

/**
 * @param bytes one message with all its layers
 * @param readsBody whether rules are asked about what is behind the headers
 * @returns the same bytes where nothing changes; undefined where it cannot be read, or not be written again
 */
export function maskThrift(
  bytes: Uint8Array,
  idl: ThriftNames | undefined,
  readsBody: boolean,
  run: MaskRun,
): Uint8Array | undefined {
  const view = viewThriftBody(bytes);
  if (view.encoding === undefined && view.headers.length === 0) return undefined;
  if (readsBody && view.problems.some((problem) => !HARMLESS.has(problem))) return undefined;
  const setFields: FieldEdit[] = [];
  if (readsBody && !fieldEditsOf(view.body, bodyType(view, idl), TOP, run, setFields)) return undefined;
  const setHeaders = headerEditsOf(view, run);
  if (setHeaders === undefined) return undefined;
  const kept = withoutToken(bytes, view.headers, run);
  if (setFields.length === 0 && setHeaders.length === 0) return kept;
  const rewritten = rewriteThrift(
    { parts: [kept], complete: true, truncated: false },
    { ...(setFields.length === 0 ? {} : { setFields }), ...(setHeaders.length === 0 ? {} : { setHeaders }) },
  );
  return rewritten.parts === undefined ? undefined : messageBytes(rewritten as unknown as Message);
}

/** @returns undefined where one name has two values, of which only one could be changed */
function headerEditsOf(
  { headers }: ThriftView,
  run: MaskRun,
): readonly (readonly [key: HeaderKey, value: string])[] | undefined {
  const edits: (readonly [HeaderKey, string])[] = [];
  const known = new Set<HeaderKey>();
  for (const { place, name, number, value } of headers) {
    if (place === 'token') continue;
    const header = name.toLowerCase();
    const octets = Buffer.from(value).toString('latin1');
    const whole = { header, secret: run.names.isSecret(header) };
    const masked = maskLine(octets, { isTarget: false, whole }, run);
    const key = number ?? name;
    if (masked !== undefined) {
      if (known.has(key) || headers.filter((one) => (one.number ?? one.name) === key).length > 1) return undefined;
      edits.push([key, Buffer.from(masked, 'latin1').toString()]);
    }
    known.add(key);
  }
  return edits;
}

function withoutToken(bytes: Uint8Array, headers: readonly ThriftHeader[], run: MaskRun): Uint8Array {
  let kept = bytes;
  for (const { place, value, valueStart, valueEnd } of headers) {
    if (place !== 'token' || run.mask(value, { header: 'token', secret: true })?.changed !== true) continue;
    kept = Uint8Array.from(kept);
    kept.fill(FILLER, valueStart, valueEnd);
  }
  return kept;
}

/** @returns false where not every value can be reached */
function fieldEditsOf(
  value: ThriftValue,
  type: NamedType | undefined,
  place: Place,
  run: MaskRun,
  edits: FieldEdit[],
): boolean {
  switch (value.type) {
    case 'struct': {
      const ids = new Set<number>();
      for (const { id, value: inner } of value.fields) {
        if (ids.has(id)) return false;
        ids.add(id);
        const named = type?.field(id);
        if (!fieldEditsOf(inner, named?.type, fieldPlace(place, id, named?.name, run), run, edits)) return false;
      }
      return true;
    }
    case 'list':
    case 'set':
      return value.elements.every((element, i) =>
        fieldEditsOf(element, type?.element, { ...place, path: [...place.path, i] }, run, edits),
      );
    case 'map':
      return value.entries.every(([key, one], i) => {
        const name = key.type === 'string' ? (key.text ?? '') : '';
        const below = {
          ...place,
          path: [...place.path, 2 * i + 1],
          secret: place.secret || run.names.isSecretInBody(name),
        };
        return (
          fieldEditsOf(key, type?.key, { ...place, path: [...place.path, 2 * i] }, run, edits) &&
          fieldEditsOf(one, type?.value, below, run, edits)
        );
      });
    default: {
      const masked = scalarOf(value, place, run);
      if (masked !== undefined) edits.push({ path: place.path, value: masked });
      return true;
    }
  }
}

function fieldPlace({ path, fieldPath, fieldNames, secret }: Place, id: number, name = '', run: MaskRun): Place {
  return {
    path: [...path, id],
    fieldPath: [...fieldPath, id],
    fieldNames: name === '' ? fieldNames : [...fieldNames, name.toLowerCase()],
    secret: secret || (name !== '' && run.names.isSecretInBody(name)),
  };
}

function scalarOf(
  value: Exclude<ThriftValue, { type: 'struct' | 'list' | 'set' | 'map' }>,
  { fieldPath, fieldNames, secret }: Place,
  run: MaskRun,
): FieldEdit['value'] | undefined {
  const slot: Slot = { fieldPath, fieldNames, secret };
  switch (value.type) {
    case 'string': {
      const text = value.text ?? Buffer.from(value.bytes).toString('latin1');
      const masked = run.mask(text, slot);
      if (masked?.changed !== true) return undefined;
      return value.text === undefined ? Buffer.from(masked.text, 'latin1') : masked.text;
    }
    case 'i64':
      return run.maskInteger(value.value, slot, BITS.i64);
    case 'i8':
    case 'i16':
    case 'i32':
      return run.limitedTo(namesPlace).maskInteger(BigInt(value.value), { ...slot, secret: false }, BITS[value.type]);
    case 'double':
    case 'bool':
    case 'uuid': {
      const masked = run.limitedTo(namesPlace).mask(String(value.value), { ...slot, secret: false });
      if (masked?.changed !== true) return undefined;
      if (value.type === 'uuid') return NO_UUID;
      return value.type === 'bool' ? false : 0;
    }
    default:
      return value satisfies never;
  }
}

const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** Small numbers are looked at where a rule names their place. */
function namesPlace({ places }: { readonly places?: readonly unknown[] }): boolean {
  return places !== undefined;
}
