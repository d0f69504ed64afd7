/**
 * Thrift as it stands on the wire, for tests: values, messages in each encoding, and the transports around them.
 *
 *   framed(message('binary', call('add', 1), [[1, i32(2)], [2, i32(3)]]))
 *
 * Written from the specifications and apart from the parser, so that the two can disagree.
 */
import { deflateSync } from 'node:zlib';

export type Encoding = 'binary' | 'binary-old' | 'compact';

export type Value =
  | { readonly is: 'bool'; readonly value: boolean }
  | { readonly is: 'byte' | 'i16' | 'i32'; readonly value: number }
  | { readonly is: 'i64'; readonly value: bigint }
  | { readonly is: 'double'; readonly value: number }
  | { readonly is: 'string'; readonly value: string }
  | { readonly is: 'uuid'; readonly value: Uint8Array }
  | { readonly is: 'struct'; readonly fields: Fields }
  | { readonly is: 'list' | 'set'; readonly of: Kind; readonly values: readonly Value[] }
  | {
      readonly is: 'map';
      readonly keys: Kind;
      readonly of: Kind;
      readonly entries: readonly (readonly [Value, Value])[];
    };

export type Kind = Value['is'];
/** Field id and value, in the order they are sent. */
export type Fields = readonly (readonly [number, Value])[];

export const bool = (value: boolean): Value => ({ is: 'bool', value });
export const i32 = (value: number): Value => ({ is: 'i32', value });
export const i64 = (value: bigint): Value => ({ is: 'i64', value });
export const string = (value: string): Value => ({ is: 'string', value });
export const struct = (...fields: Fields): Value => ({ is: 'struct', fields });
export const list = (of: Kind, ...values: readonly Value[]): Value => ({ is: 'list', of, values });
export const map = (keys: Kind, of: Kind, ...entries: readonly (readonly [Value, Value])[]): Value => ({
  is: 'map',
  keys,
  of,
  entries,
});

export interface Head {
  readonly type: number;
  readonly name: string;
  readonly sequenceId: number;
}

export const call = (name: string, sequenceId = 0): Head => ({ type: 1, name, sequenceId });
export const reply = (name: string, sequenceId = 0): Head => ({ type: 2, name, sequenceId });
export const exception = (name: string, sequenceId = 0): Head => ({ type: 3, name, sequenceId });
export const oneway = (name: string, sequenceId = 0): Head => ({ type: 4, name, sequenceId });

export function message(encoding: Encoding, head: Head, fields: Fields = []): Buffer {
  const name = Buffer.from(head.name, 'latin1');
  switch (encoding) {
    case 'binary':
      return Buffer.concat([
        u8(0x80, 1, 0, head.type),
        u32(name.length),
        name,
        u32(head.sequenceId),
        binaryStruct(fields),
      ]);
    case 'binary-old':
      return Buffer.concat([u32(name.length), name, u8(head.type), u32(head.sequenceId), binaryStruct(fields)]);
    case 'compact':
      return Buffer.concat([
        u8(0x82, (head.type << 5) | 1),
        varint(BigInt(head.sequenceId >>> 0)),
        varint(BigInt(name.length)),
        name,
        compactStruct(fields),
      ]);
    default:
      return encoding satisfies never;
  }
}

export function framed(payload: Uint8Array): Buffer {
  return Buffer.concat([u32(payload.length), payload]);
}

export interface HeaderOptions {
  readonly sequenceId?: number;
  readonly values?: Readonly<Record<string, string>>;
  /** THeader: values that stay for the connection. */
  readonly persistent?: Readonly<Record<string, string>>;
  /** TTHeader. */
  readonly integers?: Readonly<Record<number, string>>;
  readonly token?: string;
  readonly zlib?: boolean;
  /** Ids of transforms that are named and not done. */
  readonly transforms?: readonly number[];
  readonly protocol?: number;
}

export function theader(payload: Uint8Array, options: HeaderOptions = {}): Buffer {
  const { values = {}, persistent = {}, zlib = false, transforms = zlib ? [1] : [] } = options;
  const pairs = (id: number, map: Readonly<Record<string, string>>) =>
    Object.keys(map).length === 0
      ? []
      : [u8(id), varint(BigInt(Object.keys(map).length)), ...Object.entries(map).flat().map(text)];
  const text = (value: string) => Buffer.concat([varint(BigInt(value.length)), Buffer.from(value, 'latin1')]);
  const header = padded([
    varint(BigInt(options.protocol ?? 0)),
    varint(BigInt(transforms.length)),
    ...transforms.map((id) => varint(BigInt(id))),
    ...pairs(1, values),
    ...pairs(2, persistent),
  ]);
  return headed(0x0fff, header, zlib ? deflateSync(payload) : payload, options.sequenceId ?? 0);
}

export function ttheader(payload: Uint8Array, options: HeaderOptions = {}): Buffer {
  const { values = {}, integers = {}, token, zlib = false, transforms = zlib ? [1] : [] } = options;
  const blocks: Buffer[] = [];
  if (Object.keys(integers).length > 0) {
    blocks.push(u8(0x10), u16(Object.keys(integers).length));
    for (const [key, value] of Object.entries(integers)) blocks.push(u16(Number(key)), text16(value));
  }
  if (token !== undefined) blocks.push(u8(0x11), text16(token));
  if (Object.keys(values).length > 0) blocks.push(u8(1), pairs16(values));
  const header = padded([u8(options.protocol ?? 0, transforms.length, ...transforms), ...blocks]);
  return headed(0x1000, header, zlib ? deflateSync(payload) : payload, options.sequenceId ?? 0);
}

export function mesh(payload: Uint8Array, values: Readonly<Record<string, string>> = {}): Buffer {
  const header = pairs16(values);
  return Buffer.concat([u16(0xffaf), u16(header.length), header, payload]);
}

function headed(magic: number, header: Buffer, payload: Uint8Array, sequenceId: number): Buffer {
  return framed(Buffer.concat([u16(magic), u16(0), u32(sequenceId), u16(header.length / 4), header, payload]));
}

function padded(parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function pairs16(values: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat([u16(Object.keys(values).length), ...Object.entries(values).flat().map(text16)]);
}

function text16(value: string): Buffer {
  return Buffer.concat([u16(value.length), Buffer.from(value, 'latin1')]);
}

const BINARY: Readonly<Record<Kind, number>> = {
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
  uuid: 16,
};

function binaryStruct(fields: Fields): Buffer {
  const parts = fields.flatMap(([id, value]) => [u8(BINARY[value.is]), u16(id), binaryValue(value)]);
  return Buffer.concat([...parts, u8(0)]);
}

function binaryValue(value: Value): Buffer {
  switch (value.is) {
    case 'bool':
      return u8(value.value ? 1 : 0);
    case 'byte':
      return u8(value.value);
    case 'i16':
      return u16(value.value);
    case 'i32':
      return u32(value.value);
    case 'i64':
      return u64(value.value);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value.value);
      return bytes;
    }
    case 'string': {
      const bytes = Buffer.from(value.value);
      return Buffer.concat([u32(bytes.length), bytes]);
    }
    case 'uuid':
      return Buffer.from(value.value);
    case 'struct':
      return binaryStruct(value.fields);
    case 'list':
    case 'set':
      return Buffer.concat([u8(BINARY[value.of]), u32(value.values.length), ...value.values.map(binaryValue)]);
    case 'map': {
      const entries = value.entries.flat().map(binaryValue);
      return Buffer.concat([u8(BINARY[value.keys], BINARY[value.of]), u32(value.entries.length), ...entries]);
    }
    default:
      return value satisfies never;
  }
}

const COMPACT: Readonly<Record<Kind, number>> = {
  bool: 1,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  string: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
};

function compactStruct(fields: Fields): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [id, value] of fields) {
    const type = value.is === 'bool' ? (value.value ? 1 : 2) : COMPACT[value.is];
    const delta = id - last;
    if (delta > 0 && delta <= 15) parts.push(u8((delta << 4) | type));
    else parts.push(u8(type), zigzag(BigInt(id)));
    if (value.is !== 'bool') parts.push(compactValue(value));
    last = id;
  }
  return Buffer.concat([...parts, u8(0)]);
}

function compactValue(value: Value): Buffer {
  switch (value.is) {
    case 'bool':
      return u8(value.value ? 1 : 2);
    case 'byte':
      return u8(value.value);
    case 'i16':
    case 'i32':
      return zigzag(BigInt(value.value));
    case 'i64':
      return zigzag(value.value);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value.value);
      return bytes;
    }
    case 'string': {
      const bytes = Buffer.from(value.value);
      return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
    }
    case 'uuid':
      return Buffer.from(value.value);
    case 'struct':
      return compactStruct(value.fields);
    case 'list':
    case 'set': {
      const { length } = value.values;
      const type = COMPACT[value.of];
      const head = length < 15 ? u8((length << 4) | type) : Buffer.concat([u8(0xf0 | type), varint(BigInt(length))]);
      return Buffer.concat([head, ...value.values.map(compactValue)]);
    }
    case 'map': {
      if (value.entries.length === 0) return u8(0);
      const types = u8((COMPACT[value.keys] << 4) | COMPACT[value.of]);
      return Buffer.concat([varint(BigInt(value.entries.length)), types, ...value.entries.flat().map(compactValue)]);
    }
    default:
      return value satisfies never;
  }
}

function zigzag(value: bigint): Buffer {
  return varint(value >= 0n ? value * 2n : -value * 2n - 1n);
}

export function varint(value: bigint): Buffer {
  const octets: number[] = [];
  let left = value;
  do {
    octets.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    left >>= 7n;
  } while (left > 0n);
  return Buffer.from(octets);
}

export function u8(...octets: readonly number[]): Buffer {
  return Buffer.from(octets.map((octet) => octet & 0xff));
}

export function u16(value: number): Buffer {
  return u8(value >> 8, value);
}

export function u32(value: number): Buffer {
  return u8(value >> 24, value >> 16, value >> 8, value);
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, value));
  return bytes;
}
