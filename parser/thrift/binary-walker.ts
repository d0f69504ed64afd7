/**
 * Finds the end of a struct in the binary protocol by walking its types; goes on at any cut.
 *
 *   struct   (type:1  id:2  value)*  00
 *   string   length:4  bytes              list, set   type:1  count:4  values
 *   map      key type:1  value type:1  count:4  (key value)*
 *
 * No recursion: a stack, see `nesting.ts`. Lengths and counts are checked against what may still come, so the cost is
 * linear in bytes seen. Source: "Thrift Binary protocol encoding".
 */
import { MAX_MESSAGE_BYTES } from './layers.ts';
import { Nesting } from './nesting.ts';
import { BINARY_TYPE } from './thrift-type.ts';

const STRING = BINARY_TYPE.string;
const STRUCT = BINARY_TYPE.struct;
const MAP = BINARY_TYPE.map;
const SET = BINARY_TYPE.set;
const LIST = BINARY_TYPE.list;
/** No value is announced: what comes is told by the innermost container. */
const NOTHING = 0;

/** Bytes of a value of fixed size; 0 for others, -1 for what is no type. */
const FIXED = sizes([
  [BINARY_TYPE.bool, 1],
  [BINARY_TYPE.byte, 1],
  [BINARY_TYPE.double, 8],
  [BINARY_TYPE.i16, 2],
  [BINARY_TYPE.i32, 4],
  [BINARY_TYPE.i64, 8],
  [BINARY_TYPE.uuid, 16],
  [STRING, 0],
  [STRUCT, 0],
  [MAP, 0],
  [SET, 0],
  [LIST, 0],
]);

/** Least bytes of a value. */
const LEAST = sizes([
  [BINARY_TYPE.bool, 1],
  [BINARY_TYPE.byte, 1],
  [BINARY_TYPE.double, 8],
  [BINARY_TYPE.i16, 2],
  [BINARY_TYPE.i32, 4],
  [BINARY_TYPE.i64, 8],
  [BINARY_TYPE.uuid, 16],
  [STRING, 4],
  [STRUCT, 1],
  [MAP, 6],
  [SET, 5],
  [LIST, 5],
]);

function sizes(list: readonly (readonly [number, number])[]): Int8Array {
  const table = new Int8Array(256).fill(-1);
  for (const [type, size] of list) table[type] = size;
  return table;
}

export class BinaryWalker {
  /** The value has ended. */
  done = false;
  /** It is no value: nothing more can be told. */
  failed = false;
  readonly #nesting = new Nesting(FIXED, LEAST);
  /** Type whose length or count comes next. */
  #announced: number = NOTHING;
  /** Bytes of plain content still to come. */
  #skip = 0;
  #walked = 0;
  /** The beginning of a length or field header that was cut. */
  readonly #cut = new Uint8Array(8);
  #cutBytes = 0;

  /** A value of this type begins with the next byte. */
  begin(type: number): void {
    this.done = false;
    this.failed = false;
    this.#nesting.depth = 0;
    this.#announced = NOTHING;
    this.#skip = 0;
    this.#walked = 0;
    this.#cutBytes = 0;
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
      if (this.#announced === NOTHING) {
        if (nesting.depth === 0) {
          this.done = true;
          break;
        }
        if (!nesting.inStruct) {
          this.#nextValue();
          continue;
        }
        if (at === end) break;
        if (this.#cutBytes === 0 && bytes[at] === 0) {
          at++;
          nesting.depth--;
          continue;
        }
      }
      const size = this.#announced === NOTHING ? 3 : this.#announced === STRING ? 4 : this.#announced === MAP ? 6 : 5;
      if (this.#cutBytes === 0 && end - at >= size) {
        this.#header(bytes, at, base + at);
        at += size;
        continue;
      }
      const taken = Math.min(size - this.#cutBytes, end - at);
      for (let i = 0; i < taken; i++) this.#cut[this.#cutBytes + i] = bytes[at + i] as number;
      this.#cutBytes += taken;
      at += taken;
      if (this.#cutBytes < size) break;
      this.#cutBytes = 0;
      this.#header(this.#cut, 0, base + at - size);
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

  /** The length or field header that stands at `at`; `before` bytes were walked before it. */
  #header(bytes: Uint8Array, at: number, before: number): void {
    const announced = this.#announced;
    this.#announced = NOTHING;
    const room = MAX_MESSAGE_BYTES - before;
    switch (announced) {
      case NOTHING:
        this.#value(bytes[at] as number);
        return;
      case STRING: {
        const length = u32(bytes, at);
        if (length > room) this.failed = true;
        else this.#skip = length;
        return;
      }
      case MAP: {
        const opened = this.#nesting.openMap(bytes[at] as number, bytes[at + 1] as number, u32(bytes, at + 2), room);
        if (!opened) this.failed = true;
        return;
      }
      default:
        if (!this.#nesting.openList(bytes[at] as number, u32(bytes, at + 1), room)) this.failed = true;
    }
  }

  /** The next value of a list or map; all of them where their sizes are fixed. */
  #nextValue(): void {
    const fixed = this.#nesting.endFixed();
    if (fixed < 0) this.#value(this.#nesting.nextType());
    else this.#skip = fixed;
  }

  #value(type: number): void {
    const size = FIXED[type] as number;
    if (size > 0) this.#skip = size;
    else if (type === STRUCT) {
      if (!this.#nesting.openStruct()) this.failed = true;
    } else if (size === 0) this.#announced = type;
    else this.failed = true;
  }
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
