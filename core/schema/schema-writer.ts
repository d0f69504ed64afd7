/**
 * Protocol Buffers writer: `pbf` with the two things it does slowly done by hand.
 *
 * Short ASCII text is written in one pass, and the length of a nested message is computed before its bytes instead of
 * being inserted in front of them, so that bodies are copied once. Fields with their default value are left out, as
 * proto3 does. Source: protobuf.dev, "Encoding".
 */
import { PbfWriter } from 'pbf';

const WIRE_BYTES = 2;

/** UTF-8 of one UTF-16 unit. */
const MAX_UNIT_BYTES = 3;

export class SchemaWriter extends PbfWriter {
  /** Writes a number other than 0; at most 2^53. */
  count(field: number, value: number): void {
    if (value !== 0) this.writeVarintField(field, value);
  }

  flag(field: number, value: boolean): void {
    if (value) this.writeVarintField(field, 1);
  }

  /** Writes a text other than the empty one. */
  text(field: number, text: string): void {
    if (text !== '') this.textElement(field, text);
  }

  /** Writes a text whatever it is, as one element of a repeated field. */
  textElement(field: number, text: string): void {
    const length = text.length;
    if (length >= 0x80) {
      this.#anyText(field, text);
      return;
    }
    this.realloc(length + 6);
    const start = this.pos;
    this.writeTag(field, WIRE_BYTES);
    const buf = this.buf;
    let at = this.pos;
    buf[at++] = length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.pos = start;
        this.#anyText(field, text);
        return;
      }
      buf[at++] = code;
    }
    this.pos = at;
  }

  /** Writes a text as it is, without key and length. */
  plainText(text: string): void {
    const { length } = text;
    this.realloc(length * MAX_UNIT_BYTES);
    const { buf, pos } = this;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.pos = pos + Buffer.prototype.utf8Write.call(buf, text, pos, buf.length - pos);
        return;
      }
      buf[pos + i] = code;
    }
    this.pos = pos + length;
  }

  /** Writes the 64 bits whose big-endian hexadecimal form the text is. */
  hex64(field: number, digits: string): void {
    this.writeTag(field, 1);
    this.digits64(digits);
  }

  /** The same without a key. */
  digits64(digits: string): void {
    this.realloc(8);
    for (let i = 7; i >= 0; i--) this.buf[this.pos++] = (nibble(digits, 2 * i) << 4) | nibble(digits, 2 * i + 1);
  }

  /** Writes a nested message that is short; a long one is moved once to make room for its length. */
  message<T>(field: number, write: (value: T, writer: SchemaWriter) => void, value: T): void {
    this.writeMessage(field, write as (value: T, writer: PbfWriter) => void, value);
  }

  /** Key and length of a nested message whose fields follow. */
  nested(field: number, byteCount: number): void {
    this.writeTag(field, WIRE_BYTES);
    this.writeVarint(byteCount);
  }

  /** Not by `pbf`, which writes code points from U+20000 wrongly (5.1.2: it joins surrogates with `|` instead of `+`). */
  #anyText(field: number, text: string): void {
    const byteCount = Buffer.byteLength(text);
    this.nested(field, byteCount);
    this.realloc(byteCount);
    this.pos += Buffer.prototype.utf8Write.call(this.buf, text, this.pos, byteCount);
  }
}

/** Bytes of a varint of this number, 0 to 2^53. */
function varintByteCount(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  if (value < 0x8_0000_0000) return 5;
  if (value < 0x400_0000_0000) return 6;
  if (value < 0x2_0000_0000_0000) return 7;
  return 8;
}

/** Bytes of a number field with a one-byte key; 0 for the default, which is left out. */
export function countByteCount(value: number): number {
  return value === 0 ? 0 : 1 + varintByteCount(value);
}

/** Bytes of a length-delimited field with a one-byte key. */
export function delimitedByteCount(byteCount: number): number {
  return 1 + varintByteCount(byteCount) + byteCount;
}

function nibble(digits: string, index: number): number {
  const code = digits.charCodeAt(index);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  throw new TypeError(`"${digits}" is not a flow id: 16 lower-case hexadecimal digits`);
}
