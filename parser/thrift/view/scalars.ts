/** Values that both protocols write alike, or nearly. */
import { isUtf8 } from 'node:buffer';
import type { OctetCursor } from './octet-cursor.ts';
import type { ThriftNumber, ThriftString, ThriftUuid } from './thrift-value.ts';

export function readDouble(cursor: OctetCursor, start: number): ThriftNumber {
  const at = cursor.take(8);
  const { bytes, littleEndianDoubles } = cursor;
  const value = at === undefined ? 0 : littleEndianDoubles ? bytes.readDoubleLE(at) : bytes.readDoubleBE(at);
  return { type: 'double', value, start, end: cursor.at };
}

/** 4 octets: only Facebook's compact protocol, version 2, has them. Shown as the double that they are. */
export function readFloat(cursor: OctetCursor, start: number): ThriftNumber {
  const at = cursor.take(4);
  return { type: 'double', value: at === undefined ? 0 : cursor.bytes.readFloatBE(at), start, end: cursor.at };
}

export function readStringOf(cursor: OctetCursor, byteCount: number, start: number): ThriftString {
  const bytes = cursor.octets(byteCount);
  return { type: 'string', bytes, text: textOf(bytes), start, end: cursor.at };
}

export function readUuid(cursor: OctetCursor, start: number): ThriftUuid {
  const digits = Buffer.from(cursor.octets(16)).toString('hex');
  const value = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { type: 'uuid', value, start, end: cursor.at };
}

/** Undefined where the octets are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') : undefined;
}
