/**
 * What a Thrift message says, as a tree that needs no IDL: structs of fields by id, containers, scalars.
 *
 * Every value knows its place among the octets of the payload (the message without frame and header), so that it can be
 * changed there. The JSON protocol has no places: they are 0.
 */

/** Offsets in the payload; `end` is behind the last octet. A bool field of the compact protocol is its field header. */
export interface ValuePlace {
  readonly start: number;
  readonly end: number;
}

export type ThriftTypeName =
  | 'bool'
  | 'i8'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'double'
  | 'string'
  | 'uuid'
  | 'struct'
  | 'list'
  | 'set'
  | 'map';

export interface ThriftBool extends ValuePlace {
  readonly type: 'bool';
  readonly value: boolean;
}

export interface ThriftNumber extends ValuePlace {
  readonly type: 'i8' | 'i16' | 'i32' | 'double';
  readonly value: number;
}

export interface ThriftLong extends ValuePlace {
  readonly type: 'i64';
  readonly value: bigint;
}

/** Text and binary alike: on the wire they are one type. */
export interface ThriftString extends ValuePlace {
  readonly type: 'string';
  readonly bytes: Uint8Array;
  /** Undefined where the octets are no UTF-8. */
  readonly text: string | undefined;
}

export interface ThriftUuid extends ValuePlace {
  readonly type: 'uuid';
  readonly value: string;
}

export interface ThriftField {
  readonly id: number;
  readonly value: ThriftValue;
}

export interface ThriftStruct extends ValuePlace {
  readonly type: 'struct';
  /** In the order of the wire. */
  readonly fields: readonly ThriftField[];
}

export interface ThriftList extends ValuePlace {
  readonly type: 'list' | 'set';
  /** Undefined for a type id that no version of the protocol has. */
  readonly elementType: ThriftTypeName | undefined;
  readonly elements: readonly ThriftValue[];
}

export interface ThriftMap extends ValuePlace {
  readonly type: 'map';
  /** Both undefined for an empty map of the compact protocol, which names no types. */
  readonly keyType: ThriftTypeName | undefined;
  readonly valueType: ThriftTypeName | undefined;
  readonly entries: readonly (readonly [key: ThriftValue, value: ThriftValue])[];
}

export type ThriftValue =
  | ThriftBool
  | ThriftNumber
  | ThriftLong
  | ThriftString
  | ThriftUuid
  | ThriftStruct
  | ThriftList
  | ThriftMap;

export const NO_FIELDS: ThriftStruct = Object.freeze({ type: 'struct', fields: [], start: 0, end: 0 });
