/**
 * Finds the end of a struct in the compact protocol by walking its types; goes on at any cut.
 *
 *   struct   (DDDDTTTT  [id:varint where DDDD is 0]  value)*  00      bools have no value, their type tells it
 *   binary   length:varint  bytes
 *   list     SSSSTTTT  [count:varint where SSSS is 15]  values        bools are a byte each
 *   map      count:varint  [KKKKVVVV  (key value)* where count is not 0]
 *
 * As `binary-walker.ts`: no recursion, bounded, linear. Source: "Thrift Compact protocol encoding".
 */
import { MAX_MESSAGE_BYTES } from './layers.ts';
import { Nesting } from './nesting.ts';
import { COMPACT_TYPE } from './thrift-type.ts';

const BINARY = COMPACT_TYPE.binary;
const LIST = COMPACT_TYPE.list;
const SET = COMPACT_TYPE.set;
const MAP = COMPACT_TYPE.map;
const STRUCT = COMPACT_TYPE.struct;

/** What the next byte belongs to. */
const EXPECT = { container: 0, integer: 1, length: 2, listHead: 3, listCount: 4, mapCount: 5, mapTypes: 6, fieldId: 7 };
const CONTAINER = EXPECT.container;
const INTEGER = EXPECT.integer;
const LENGTH = EXPECT.length;
const LIST_HEAD = EXPECT.listHead;
const LIST_COUNT = EXPECT.listCount;
const MAP_COUNT = EXPECT.mapCount;
const MAP_TYPES = EXPECT.mapTypes;
const FIELD_ID = EXPECT.fieldId;

/** Bytes of an element of fixed size, 0 where the size varies, -1 for what is no type. */
const FIXED = new Int8Array(256).fill(-1);
FIXED[COMPACT_TYPE.true] = 1;
FIXED[COMPACT_TYPE.false] = 1;
FIXED[COMPACT_TYPE.byte] = 1;
FIXED[COMPACT_TYPE.i16] = 0;
FIXED[COMPACT_TYPE.i32] = 0;
FIXED[COMPACT_TYPE.i64] = 0;
FIXED[COMPACT_TYPE.double] = 8;
FIXED[BINARY] = 0;
FIXED[LIST] = 0;
FIXED[SET] = 0;
FIXED[MAP] = 0;
FIXED[STRUCT] = 0;
FIXED[COMPACT_TYPE.uuid] = 16;

/** Every element has at least one byte. */
const LEAST = new Int8Array(256).fill(1);

/** Integers have at most 64 bits, lengths and counts 32. */
const MAX_INTEGER_BYTES = 10;
const MAX_COUNT_BYTES = 5;

export class CompactWalker {
  /** The value has ended. */
  done = false;
  /** It is no value: nothing more can be told. */
  failed = false;
  readonly #nesting = new Nesting(FIXED, LEAST);
  #expect = CONTAINER;
  /** Type of the value behind a field id, or of the elements behind a count. */
  #type = 0;
  /** The varint being read. */
  #number = 0;
  #numberBytes = 0;
  #skip = 0;
  #walked = 0;

  /** A value of this type begins with the next byte; a bool is one as an element has it, a byte. */
  begin(type: number): void {
    this.done = false;
    this.failed = false;
    this.#nesting.depth = 0;
    this.#expect = CONTAINER;
    this.#number = 0;
    this.#numberBytes = 0;
    this.#skip = 0;
    this.#walked = 0;
    this.#value(type);
  }

  /** @returns position behind the value when `done`, where it went wrong when `failed`, otherwise `end` */
  push(bytes: Uint8Array, start: number, end: number): number {
    const nesting = this.#nesting;
    let at = start;
    const base = this.#walked - start;
    while (!this.failed) {
      if (this.#skip > 0) {
        const taken = Math.min(this.#skip, end - at);
        this.#skip -= taken;
        at += taken;
        if (this.#skip > 0) break;
      }
      if (this.#expect === CONTAINER) {
        if (nesting.depth === 0) {
          this.done = true;
          break;
        }
        if (!nesting.inStruct) {
          this.#nextValue();
          continue;
        }
      }
      if (at === end) break;
      this.#octet(bytes[at] as number, base + at);
      at++;
    }
    this.#walked = base + at;
    if (this.#walked + this.#skip > MAX_MESSAGE_BYTES) this.failed = true;
    return at;
  }

  /** So many bytes were never seen. @returns whether they are plain content, so that walking can go on */
  pass(byteCount: number): boolean {
    if (byteCount > this.#skip) return false;
    this.#skip -= byteCount;
    this.#walked += byteCount;
    return true;
  }

  /** One octet of something that has no fixed size. */
  #octet(octet: number, before: number): void {
    const expect = this.#expect;
    switch (expect) {
      case CONTAINER:
        this.#field(octet);
        return;
      case LIST_HEAD:
        this.#type = octet & 0x0f;
        if (octet >> 4 === 15) this.#expect = LIST_COUNT;
        else this.#openList(octet >> 4, before);
        return;
      case MAP_TYPES:
        this.#expect = CONTAINER;
        if (!this.#nesting.openMap(octet >> 4, octet & 0x0f, this.#type, MAX_MESSAGE_BYTES - before))
          this.failed = true;
        return;
      default:
        if (this.#varint(octet, expect === INTEGER || expect === FIELD_ID ? MAX_INTEGER_BYTES : MAX_COUNT_BYTES)) {
          this.#numbered(expect, before);
        }
    }
  }

  #field(octet: number): void {
    const type = octet & 0x0f;
    if (octet === 0) {
      this.#nesting.depth--;
    } else if (FIXED[type] === -1) {
      this.failed = true;
    } else if (octet >> 4 === 0) {
      this.#type = type;
      this.#expect = FIELD_ID;
    } else if (type > 2) this.#value(type);
  }

  /** A varint is complete. */
  #numbered(expect: number, before: number): void {
    const value = this.#number;
    this.#number = 0;
    this.#numberBytes = 0;
    this.#expect = CONTAINER;
    switch (expect) {
      case INTEGER:
        return;
      case FIELD_ID:
        if (this.#type > 2) this.#value(this.#type);
        return;
      case LENGTH:
        if (value > MAX_MESSAGE_BYTES - before) this.failed = true;
        else this.#skip = value;
        return;
      case LIST_COUNT:
        this.#openList(value, before);
        return;
      default:
        if (value === 0) return;
        this.#type = value;
        this.#expect = MAP_TYPES;
    }
  }

  /** @returns whether the octet is the last of its varint */
  #varint(octet: number, maxBytes: number): boolean {
    if (this.#numberBytes === maxBytes) {
      this.failed = true;
      return false;
    }
    this.#number += (octet & 0x7f) * 2 ** (7 * this.#numberBytes);
    this.#numberBytes++;
    return octet < 0x80;
  }

  #openList(count: number, before: number): void {
    this.#expect = CONTAINER;
    if (!this.#nesting.openList(this.#type, count, MAX_MESSAGE_BYTES - before)) this.failed = true;
  }

  /** The next value of a list or map; all of them where their sizes are fixed. */
  #nextValue(): void {
    const fixed = this.#nesting.endFixed();
    if (fixed < 0) this.#value(this.#nesting.nextType());
    else this.#skip = fixed;
  }

  #value(type: number): void {
    const size = FIXED[type] as number;
    if (size > 0) {
      this.#skip = size;
      return;
    }
    switch (type) {
      case STRUCT:
        if (!this.#nesting.openStruct()) this.failed = true;
        return;
      case LIST:
      case SET:
        this.#expect = LIST_HEAD;
        return;
      case MAP:
        this.#expect = MAP_COUNT;
        return;
      case BINARY:
        this.#expect = LENGTH;
        return;
      default:
        if (size === 0) this.#expect = INTEGER;
        else this.failed = true;
    }
  }
}
