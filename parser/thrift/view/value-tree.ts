/** What both protocols read alike: a value by its type, and the elements of containers. */
import type { OctetCursor } from './octet-cursor.ts';
import type { ThriftList, ThriftMap, ThriftStruct, ThriftTypeName, ThriftValue } from './thrift-value.ts';

export type ScalarTypeName = Exclude<ThriftTypeName, 'struct' | 'list' | 'set' | 'map'>;

/** What each protocol does in its own way. */
export interface ValueForm {
  /** By type id. */
  readonly typeNames: { readonly [typeId: number]: ThriftTypeName | undefined };
  struct(cursor: OctetCursor): ThriftStruct;
  scalar(cursor: OctetCursor, type: ScalarTypeName, start: number): ThriftValue;
  /** Types are ids; sizes are checked against the octets that are left. */
  listHead(cursor: OctetCursor): { readonly element: number; readonly size: number };
  mapHead(cursor: OctetCursor): { readonly key: number; readonly value: number; readonly size: number };
}

/** @returns undefined where it cannot be read: the cursor has failed */
export function readValue(cursor: OctetCursor, form: ValueForm, typeId: number): ThriftValue | undefined {
  const start = cursor.at;
  const type = form.typeNames[typeId];
  cursor.spend();
  if (type === undefined) cursor.fail('unknown-type');
  if (cursor.failed || type === undefined) return undefined;
  switch (type) {
    case 'struct':
      return form.struct(cursor);
    case 'list':
    case 'set':
      return readList(cursor, form, type);
    case 'map':
      return readMap(cursor, form);
    default: {
      const value = form.scalar(cursor, type, start);
      return cursor.failed ? undefined : value;
    }
  }
}

function readList(cursor: OctetCursor, form: ValueForm, type: 'list' | 'set'): ThriftList {
  const start = cursor.at;
  const { element, size } = form.listHead(cursor);
  const elements: ThriftValue[] = [];
  cursor.enter();
  for (let i = 0; i < size && !cursor.failed; i++) {
    const value = readValue(cursor, form, element);
    if (value !== undefined) elements.push(value);
  }
  cursor.leave();
  return { type, elementType: form.typeNames[element], elements, start, end: cursor.at };
}

function readMap(cursor: OctetCursor, form: ValueForm): ThriftMap {
  const start = cursor.at;
  const { key, value, size } = form.mapHead(cursor);
  const entries: [ThriftValue, ThriftValue][] = [];
  cursor.enter();
  for (let i = 0; i < size && !cursor.failed; i++) {
    const oneKey = readValue(cursor, form, key);
    const oneValue = readValue(cursor, form, value);
    if (oneKey !== undefined && oneValue !== undefined) entries.push([oneKey, oneValue]);
  }
  cursor.leave();
  const { typeNames } = form;
  return { type: 'map', keyType: typeNames[key], valueType: typeNames[value], entries, start, end: cursor.at };
}

export function signed16(value: number): number {
  return (value << 16) >> 16;
}
