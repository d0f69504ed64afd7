/**
 * Values of the binary protocol, old and strict alike.
 *
 *     struct   field*, 00
 *     field    type, id (2), value
 *     list     type, size (4), elements      set: the same
 *     map      key type, value type, size (4), entries
 *     string   size (4), octets
 *
 * Numbers are big-endian. Source: Thrift protocol specification, "Thrift Binary protocol encoding".
 */
import { BINARY_TYPE } from '../thrift-type.ts';
import type { OctetCursor } from './octet-cursor.ts';
import { readDouble, readStringOf, readUuid } from './scalars.ts';
import type { ThriftField, ThriftStruct, ThriftTypeName, ThriftValue } from './thrift-value.ts';
import { readValue, type ScalarTypeName, signed16, type ValueForm } from './value-tree.ts';

const TYPE_NAMES: Readonly<Record<number, ThriftTypeName>> = {
  [BINARY_TYPE.bool]: 'bool',
  [BINARY_TYPE.byte]: 'i8',
  [BINARY_TYPE.double]: 'double',
  [BINARY_TYPE.i16]: 'i16',
  [BINARY_TYPE.i32]: 'i32',
  [BINARY_TYPE.i64]: 'i64',
  [BINARY_TYPE.string]: 'string',
  [BINARY_TYPE.struct]: 'struct',
  [BINARY_TYPE.map]: 'map',
  [BINARY_TYPE.set]: 'set',
  [BINARY_TYPE.list]: 'list',
  [BINARY_TYPE.uuid]: 'uuid',
};

const FORM: ValueForm = {
  typeNames: TYPE_NAMES,
  struct: readBinaryStruct,
  scalar: readScalar,
  listHead: (cursor) => ({ element: cursor.u8(), size: cursor.count(cursor.i32(), 1) }),
  mapHead: (cursor) => ({ key: cursor.u8(), value: cursor.u8(), size: cursor.count(cursor.i32(), 2) }),
};

/** The struct as far as it can be read; the cursor tells whether that is all of it. */
export function readBinaryStruct(cursor: OctetCursor): ThriftStruct {
  const start = cursor.at;
  const fields: ThriftField[] = [];
  cursor.enter();
  while (!cursor.failed) {
    const type = cursor.u8();
    if (cursor.failed || type === BINARY_TYPE.stop) break;
    const id = signed16(cursor.u16());
    const value = readValue(cursor, FORM, type);
    if (value !== undefined) fields.push({ id, value });
  }
  cursor.leave();
  return { type: 'struct', fields, start, end: cursor.at };
}

function readScalar(cursor: OctetCursor, type: ScalarTypeName, start: number): ThriftValue {
  switch (type) {
    case 'bool':
      return { type, value: cursor.u8() !== 0, start, end: cursor.at };
    case 'i8':
      return { type, value: (cursor.u8() << 24) >> 24, start, end: cursor.at };
    case 'i16':
      return { type, value: signed16(cursor.u16()), start, end: cursor.at };
    case 'i32':
      return { type, value: cursor.i32(), start, end: cursor.at };
    case 'i64': {
      const at = cursor.take(8);
      return { type, value: at === undefined ? 0n : cursor.bytes.readBigInt64BE(at), start, end: cursor.at };
    }
    case 'double':
      return readDouble(cursor, start);
    case 'string':
      return readStringOf(cursor, cursor.count(cursor.i32(), 1), start);
    case 'uuid':
      return readUuid(cursor, start);
    default:
      return type satisfies never;
  }
}
