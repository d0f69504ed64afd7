/**
 * Values of the compact protocol.
 *
 *     struct   field*, 00
 *     field    (id - last id: 4 bits)(type: 4 bits), value      id at most 15 above the last one
 *              0000(type: 4 bits), zigzag varint id, value
 *     bool     no value of its own in a field: type 1 is true, 2 false; one octet as an element
 *     list     (size: 4 bits)(type: 4 bits), elements           sizes to 14; 1111 and a varint size otherwise; set: the same
 *     map      varint size, (key type)(value type), entries     size 0 ends it
 *     string   varint size, octets
 *
 * i16, i32 and i64 are zigzag varints, doubles 8 octets little-endian, in version 2 big-endian. Source: Thrift protocol specification, "Thrift
 * Compact protocol encoding".
 */
import { COMPACT_TYPE } from '../thrift-type.ts';
import type { OctetCursor } from './octet-cursor.ts';
import { readDouble, readFloat, readStringOf, readUuid } from './scalars.ts';
import type { ThriftField, ThriftStruct, ThriftTypeName, ThriftValue } from './thrift-value.ts';
import { readValue, type ScalarTypeName, signed16, type ValueForm } from './value-tree.ts';

const TYPE_NAMES: readonly (ThriftTypeName | undefined)[] = [
  undefined,
  'bool',
  'bool',
  'i8',
  'i16',
  'i32',
  'i64',
  'double',
  'string',
  'list',
  'set',
  'map',
  'struct',
  'uuid',
];

const FORM: ValueForm = {
  typeNames: TYPE_NAMES,
  struct: readCompactStruct,
  scalar: readScalar,
  listHead(cursor) {
    const header = cursor.u8();
    const size = header >> 4;
    return { element: header & 0x0f, size: cursor.count(size === 0x0f ? cursor.varint32() : size, 1) };
  },
  mapHead(cursor) {
    const size = cursor.count(cursor.varint32(), 2);
    const types = size === 0 ? 0 : cursor.u8();
    return { key: types >> 4, value: types & 0x0f, size };
  },
};

/** The struct as far as it can be read; the cursor tells whether that is all of it. */
export function readCompactStruct(cursor: OctetCursor): ThriftStruct {
  const start = cursor.at;
  const fields: ThriftField[] = [];
  let id = 0;
  cursor.enter();
  while (!cursor.failed) {
    const headerAt = cursor.at;
    const header = cursor.u8();
    const typeId = header & 0x0f;
    if (cursor.failed || typeId === COMPACT_TYPE.stop) break;
    const delta = header >> 4;
    id = delta === 0 ? signed16(unzigzag32(cursor.varint32())) : signed16(id + delta);
    if (cursor.failed) break;
    const value =
      typeId === COMPACT_TYPE.true || typeId === COMPACT_TYPE.false
        ? boolField(cursor, typeId, headerAt)
        : readValue(cursor, FORM, typeId);
    if (value !== undefined) fields.push({ id, value });
  }
  cursor.leave();
  return { type: 'struct', fields, start, end: cursor.at };
}

function boolField(cursor: OctetCursor, typeId: number, headerAt: number): ThriftValue {
  cursor.spend();
  return { type: 'bool', value: typeId === COMPACT_TYPE.true, start: headerAt, end: cursor.at };
}

function readScalar(cursor: OctetCursor, type: ScalarTypeName, start: number): ThriftValue {
  switch (type) {
    case 'bool':
      return { type, value: cursor.u8() === COMPACT_TYPE.true, start, end: cursor.at };
    case 'i8':
      return { type, value: (cursor.u8() << 24) >> 24, start, end: cursor.at };
    case 'i16':
    case 'i32':
      return { type, value: unzigzag32(cursor.varint32()), start, end: cursor.at };
    case 'i64': {
      const value = cursor.varint64();
      return { type, value: BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)), start, end: cursor.at };
    }
    case 'double':
      return readDouble(cursor, start);
    case 'string':
      return readStringOf(cursor, cursor.count(cursor.varint32(), 1), start);
    case 'uuid':
      // Version 2, Facebook's, has no uuids and gives their number to floats.
      return cursor.littleEndianDoubles ? readUuid(cursor, start) : readFloat(cursor, start);
    default:
      return type satisfies never;
  }
}

function unzigzag32(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
