/**
 * A text field in the arguments of a call, found by its path of field ids: `1.255.1` is field 1 of the field 255 (a
 * struct) of the first argument (a struct).
 */
import { latin1 } from '../latin1.ts';
import { BinaryWalker } from './binary-walker.ts';
import { CompactWalker } from './compact-walker.ts';
import { ENCODING } from './layers.ts';
import { BINARY_TYPE, COMPACT_TYPE } from './thrift-type.ts';

/** Structs within structs, as a path may go. */
const MAX_PATH_FIELDS = 16;

/** Longer values are cut: they become index keys. */
const MAX_VALUE_BYTES = 512;

const PATH = /^-?\d{1,5}(\.-?\d{1,5})*$/;

/** @returns undefined for what is no path */
export function parseFieldPath(text: string): readonly number[] | undefined {
  if (!PATH.test(text)) return undefined;
  const ids = text.split('.').map(Number);
  const fits = ids.length <= MAX_PATH_FIELDS && ids.every((id) => id >= -32_768 && id <= 32_767);
  return fits ? ids : undefined;
}

/** Reads fields by path; one for all messages, because it keeps the walkers. */
export class FieldPathReader {
  readonly #binary = new BinaryWalker();
  readonly #compact = new CompactWalker();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #fieldId = 0;
  #type = 0;

  /**
   * @param start where the struct begins that the first id of the path is of
   * @param encoding as in `ENCODING`
   * @returns the text, or undefined where the field is not there, is no text, or the bytes end before
   */
  read(bytes: Uint8Array, start: number, encoding: number, path: readonly number[]): string | undefined {
    const compact = encoding === ENCODING.compact;
    if (!compact && encoding === ENCODING.unknown) return undefined;
    this.#bytes = bytes;
    this.#at = start;
    for (let level = 0; level < path.length; level++) {
      if (!this.#find(path[level] as number, compact)) return undefined;
      const isLast = level === path.length - 1;
      if (isLast) return this.#type === textType(compact) ? this.#text(compact) : undefined;
      if (this.#type !== (compact ? COMPACT_TYPE.struct : BINARY_TYPE.struct)) return undefined;
    }
    return undefined;
  }

  /** Goes on to the value of the field, over those before it. */
  #find(id: number, compact: boolean): boolean {
    this.#fieldId = 0;
    while (compact ? this.#compactHeader() : this.#binaryHeader()) {
      if (this.#fieldId === id) return true;
      if (!this.#passValue(compact)) return false;
    }
    return false;
  }

  #binaryHeader(): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    if (at + 3 > bytes.length || bytes[at] === 0) return false;
    this.#type = bytes[at] as number;
    this.#fieldId = (((bytes[at + 1] as number) << 24) >> 16) | (bytes[at + 2] as number);
    this.#at = at + 3;
    return true;
  }

  #compactHeader(): boolean {
    const octet = this.#bytes[this.#at];
    if (octet === undefined || octet === 0) return false;
    this.#at++;
    this.#type = octet & 0x0f;
    if (octet > 0x0f) {
      this.#fieldId += octet >> 4;
      return true;
    }
    const zigzag = this.#varint();
    this.#fieldId = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    return zigzag >= 0;
  }

  #passValue(compact: boolean): boolean {
    if (compact && this.#type <= COMPACT_TYPE.false) return true;
    const walker = compact ? this.#compact : this.#binary;
    walker.begin(this.#type);
    this.#at = walker.push(this.#bytes, this.#at, this.#bytes.length);
    return walker.done;
  }

  #text(compact: boolean): string | undefined {
    const bytes = this.#bytes;
    let length: number;
    if (compact) length = this.#varint();
    else {
      if (this.#at + 4 > bytes.length) return undefined;
      length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(this.#at);
      this.#at += 4;
    }
    if (length < 0 || this.#at + length > bytes.length) return undefined;
    return latin1(bytes, this.#at, this.#at + Math.min(length, MAX_VALUE_BYTES));
  }

  /** @returns -1 where it does not end */
  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const octet = this.#bytes[this.#at];
      if (octet === undefined) return -1;
      this.#at++;
      value += (octet & 0x7f) * 2 ** shift;
      if (octet < 0x80) return value;
    }
    return -1;
  }
}

function textType(compact: boolean): number {
  return compact ? COMPACT_TYPE.binary : BINARY_TYPE.string;
}
