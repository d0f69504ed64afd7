/**
 * Numbers of the Thrift protocols: message types, and the type ids of fields and elements.
 *
 * Sources: Thrift protocol specifications, "Thrift Binary protocol encoding" and "Thrift Compact protocol encoding".
 */

/** Kind of a message; the same numbers in both protocols. */
export const MESSAGE_TYPE = {
  call: 1,
  reply: 2,
  exception: 3,
  oneway: 4,
} as const;

/** Type ids of the binary protocol, old and strict. */
export const BINARY_TYPE = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  /** Text and binary alike. */
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
  uuid: 16,
} as const;

/** Type ids of the compact protocol. In a field header 1 and 2 are the value of a bool; elements of a container take either for "bool", a byte each. */
export const COMPACT_TYPE = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  /** Text and binary alike. */
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;
