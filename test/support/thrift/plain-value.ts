/** Thrift values without places: what tests write, and what they expect to see. */
import fc from 'fast-check';
import type { ThriftTypeName, ThriftValue } from '../../../parser/index.ts';

export type PlainValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'i8' | 'i16' | 'i32' | 'double'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint }
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'binary'; readonly hex: string }
  | { readonly type: 'uuid'; readonly value: string }
  | PlainStruct
  | { readonly type: 'list' | 'set'; readonly elementType: ThriftTypeName; readonly elements: readonly PlainValue[] }
  | {
      readonly type: 'map';
      readonly keyType: ThriftTypeName;
      readonly valueType: ThriftTypeName;
      readonly entries: readonly (readonly [PlainValue, PlainValue])[];
    };

export interface PlainStruct {
  readonly type: 'struct';
  readonly fields: readonly { readonly id: number; readonly value: PlainValue }[];
}

/** `struct([1, i32(5)], [2, text('a')])` */
export function struct(...fields: readonly (readonly [id: number, value: PlainValue])[]): PlainStruct {
  return { type: 'struct', fields: fields.map(([id, value]) => ({ id, value })) };
}

export const i32 = (value: number): PlainValue => ({ type: 'i32', value });
export const i64 = (value: bigint): PlainValue => ({ type: 'i64', value });
export const bool = (value: boolean): PlainValue => ({ type: 'bool', value });
export const text = (value: string): PlainValue => ({ type: 'string', text: value });
export const list = (elementType: ThriftTypeName, ...elements: PlainValue[]): PlainValue => ({
  type: 'list',
  elementType,
  elements,
});

/** A value as viewed, its places taken off. Octets that are no text come as `binary`. */
export function plain(value: ThriftValue): PlainValue {
  switch (value.type) {
    case 'string':
      return value.text === undefined
        ? { type: 'binary', hex: Buffer.from(value.bytes).toString('hex') }
        : { type: 'string', text: value.text };
    case 'i64':
      return { type: value.type, value: value.value };
    case 'bool':
      return { type: value.type, value: value.value };
    case 'uuid':
      return { type: value.type, value: value.value };
    case 'i8':
    case 'i16':
    case 'i32':
    case 'double':
      return { type: value.type, value: value.value };
    case 'struct':
      return { type: 'struct', fields: value.fields.map((field) => ({ id: field.id, value: plain(field.value) })) };
    case 'list':
    case 'set':
      return {
        type: value.type,
        elementType: value.elementType as ThriftTypeName,
        elements: value.elements.map(plain),
      };
    case 'map':
      return {
        type: 'map',
        keyType: value.keyType as ThriftTypeName,
        valueType: value.valueType as ThriftTypeName,
        entries: value.entries.map(([key, one]) => [plain(key), plain(one)] as const),
      };
    default:
      return value satisfies never;
  }
}

const SCALARS: Readonly<Record<string, fc.Arbitrary<PlainValue>>> = {
  bool: fc.boolean().map((value) => ({ type: 'bool', value })),
  i8: fc.integer({ min: -128, max: 127 }).map((value) => ({ type: 'i8', value })),
  i16: fc.integer({ min: -32768, max: 32767 }).map((value) => ({ type: 'i16', value })),
  i32: fc.integer().map((value) => ({ type: 'i32', value })),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ type: 'i64', value })),
  // Apache's writer for Node does not keep the sign of a zero.
  double: fc.double({ noNaN: true }).map((value) => ({ type: 'double', value: value === 0 ? 0 : value })),
  string: fc.oneof(
    fc.string({ unit: 'binary' }).map((value): PlainValue => ({ type: 'string', text: value })),
    fc.uint8Array({ maxLength: 20 }).map(
      (octets): PlainValue => ({
        type: 'binary',
        // 0xFF never occurs in UTF-8.
        hex: `ff${Buffer.from(octets).toString('hex')}`,
      }),
    ),
  ),
};

/** Any struct of up to the given depth, with fields of rising and falling ids. */
export function anyStruct(depth = 3): fc.Arbitrary<PlainStruct> {
  const field = fc.record({ id: fc.integer({ min: -32768, max: 32767 }), value: anyType(depth).chain(([, of]) => of) });
  return fc.array(field, { maxLength: 5 }).map((fields) => ({ type: 'struct', fields }));
}

/** Name of a type, and values of it. */
function anyType(depth: number): fc.Arbitrary<readonly [ThriftTypeName, fc.Arbitrary<PlainValue>]> {
  const scalar = fc
    .constantFrom(...Object.keys(SCALARS))
    .map((name) => [name as ThriftTypeName, SCALARS[name] as fc.Arbitrary<PlainValue>] as const);
  if (depth === 0) return scalar;
  return fc.oneof(
    { weight: 4, arbitrary: scalar },
    fc.constant(['struct', anyStruct(depth - 1)] as const),
    fc.constantFrom('list' as const, 'set' as const).map((type) => [type, anyList(type, depth - 1)] as const),
    fc.constant(['map', anyMap(depth - 1)] as const),
  );
}

function anyList(type: 'list' | 'set', depth: number): fc.Arbitrary<PlainValue> {
  return anyType(depth).chain(([elementType, of]) =>
    fc.array(of, { maxLength: 20, size: 'small' }).map((elements) => ({ type, elementType, elements })),
  );
}

/** Never empty: the compact protocol does not say the types of an empty one. */
function anyMap(depth: number): fc.Arbitrary<PlainValue> {
  return fc
    .tuple(anyType(0), anyType(depth))
    .chain(([[keyType, keys], [valueType, values]]) =>
      fc
        .array(fc.tuple(keys, values), { minLength: 1, maxLength: 4 })
        .map((entries) => ({ type: 'map', keyType, valueType, entries })),
    );
}
